"""Run a command and write one JSON line about it to the file named first.

measure.py REPORT TIMEOUT COMMAND [ARGUMENT]...

Seconds of wall time; CPU seconds (user + system) and the largest resident set (MB) of the tree, as
wait4 counts them: of all descendants that were waited for. Output of the command passes through.
"""
import json, os, signal, subprocess, sys, threading, time


def kill(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def main():
    report, timeout, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    timer = threading.Timer(timeout, kill, [process.pid])
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    timed_out = not timer.is_alive()
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    with open(report, "w", encoding="utf-8") as file:
        json.dump({
            "exit": process.returncode,
            "wall": round(wall, 3),
            "cpu": round(usage.ru_utime + usage.ru_stime, 3),
            "rss": round(usage.ru_maxrss / 1024, 1),
            "timedOut": timed_out,
        }, file)


main()
