"""Run a command and write one JSON line about it to the file named first.

measure.py REPORT TIMEOUT COMMAND [ARGUMENT]...

Seconds of wall time; CPU seconds (user + system) and the largest resident set (MB) of any one
process, over the whole tree. bubblewrap's outer process ends without waiting for its inner one, so
this process takes in orphans (PR_SET_CHILD_SUBREAPER): else what runs in a sandbox is not counted.
Output of the command passes through.
"""
import ctypes, json, os, signal, subprocess, sys, threading, time

PR_SET_CHILD_SUBREAPER = 36


def kill(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reap(usages, flags=0):
    """Waits for one child; its process id, or None if there is none to wait for."""
    try:
        pid, status, usage = os.wait4(-1, flags)
    except ChildProcessError:
        return None, None
    if pid == 0:
        return None, None
    usages.append(usage)
    return pid, status


def main():
    report, timeout, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    usages = []
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    timer = threading.Timer(timeout, kill, [process.pid])
    timer.start()
    pid = None
    while pid != process.pid:
        pid, status = reap(usages)
    wall = time.perf_counter() - started
    timed_out = not timer.is_alive()
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    while reap(usages, os.WNOHANG)[0] is not None:
        pass
    with open(report, "w", encoding="utf-8") as file:
        json.dump({
            "exit": process.returncode,
            "wall": round(wall, 3),
            "cpu": round(sum(usage.ru_utime + usage.ru_stime for usage in usages), 3),
            "rss": round(max(usage.ru_maxrss for usage in usages) / 1024, 1),
            "timedOut": timed_out,
        }, file)


main()
