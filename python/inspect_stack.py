"""Install wheels into a throwaway environment and run a script in it, measured. Runs in the sandbox.

Reads a plan as JSON from stdin, writes one JSON object a line: where pip refuses wheels the lines
of install_check.py, else {"event": "job", ...} for each run. Runs on 2.7 and every 3.x.
"""
from __future__ import print_function

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import entry  # noqa: E402
import install_check  # noqa: E402

STDERR_LIMIT = 4000
# What left its process group may hold a pipe open for ever.
DRAIN_SECONDS = 1

OWN_GROUP = {"start_new_session": True} if sys.version_info[0] > 2 else {"preexec_fn": os.setsid}

clock = getattr(time, "perf_counter", time.time)

# Where Python has no venv module, site-packages are added by hand.
WITHOUT_VENV = ("import runpy, site, sys\n"
                "site.addsitedir(sys.argv.pop(1))\n"
                "del sys.argv[0]\n"
                "runpy.run_path(sys.argv[0], run_name='__main__')\n")


class Capture(threading.Thread):
    """Reads a pipe to its end and keeps the first or the last so many bytes."""

    def __init__(self, stream, limit, last):
        threading.Thread.__init__(self)
        self.daemon = True
        self.stream = stream
        self.limit = limit
        self.last = last
        self.kept = b""
        self.cut = False
        self.start()

    def run(self):
        while True:
            piece = os.read(self.stream.fileno(), 65536)
            if not piece:
                return
            both = self.kept + piece
            self.cut = self.cut or len(both) > self.limit
            self.kept = both[-self.limit:] if self.last else both[:self.limit]

    def text(self):
        self.join(DRAIN_SECONDS)
        return self.kept.decode("utf-8", "replace")


def command_for(environment, script):
    if environment.is_venv:
        return [os.path.join(environment.folder, "bin", "python"), script]
    return [sys.executable, "-E", "-s", "-S", "-c", WITHOUT_VENV, environment.library, script]


def script_environment(environment):
    values = dict(os.environ)
    # Set for imports beside each other; a script that is measured may use all processors.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        values.pop(name, None)
    values["PATH"] = os.path.join(environment.folder, "bin") + os.pathsep + values.get("PATH", "")
    return values


def end_group(leader):
    try:
        os.killpg(leader, signal.SIGKILL)
    except OSError:
        pass


def run_once(command, values, folder, plan):
    """One run, in a folder and a process group of its own."""
    os.mkdir(folder)
    expired = []
    with open(os.devnull, "rb") as nothing:
        start = clock()
        process = subprocess.Popen(command, stdin=nothing, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=values, cwd=folder,
                                   close_fds=True, **OWN_GROUP)

    def expire():
        expired.append(True)
        end_group(process.pid)

    timer = threading.Timer(plan["seconds"], expire)
    timer.daemon = True
    timer.start()
    stdout = Capture(process.stdout, plan["stdoutLimit"], False)
    stderr = Capture(process.stderr, STDERR_LIMIT, True)
    _, status, usage = os.wait4(process.pid, 0)
    wall = clock() - start
    timer.cancel()
    # Popen would wait for it once more.
    process.returncode = status
    end_group(process.pid)
    killed = os.WIFSIGNALED(status)
    return {
        "exitCode": None if killed else os.WEXITSTATUS(status),
        "signal": os.WTERMSIG(status) if killed else None,
        "timedOut": bool(expired),
        "wallSeconds": wall,
        "usage": dict((name, getattr(usage, name)) for name in dir(usage) if name[:3] == "ru_"),
        "stdout": stdout.text(),
        "stdoutCut": stdout.cut,
        "stderr": stderr.text(),
    }


def compile_all(environment):
    """As pip does for users, lest the first run be measured while it compiles."""
    command = environment.python() + ["-m", "compileall", "-q", environment.library]
    with open(os.devnull, "wb") as nothing:
        subprocess.Popen(command, stdout=nothing, stderr=nothing).wait()


def main():
    entry.begin()
    plan = json.loads(sys.stdin.read())
    lock = threading.Lock()
    environment = install_check.Environment(plan["environment"], plan["venv"])
    installer = install_check.Installer(plan, environment, lock)
    wheels = plan["wheels"]
    code = installer.run_pip([wheel["path"] for wheel in wheels])[0] if wheels else 0
    if code != 0:
        # Finds out which.
        installer.install(wheels)
        return
    compile_all(environment)
    script = os.path.join(plan["folder"], plan["scriptName"])
    os.mkdir(plan["folder"])
    with open(script, "wb") as file:
        file.write(base64.b64decode(plan.pop("script")))
    values = script_environment(environment)
    for number in range(plan["repeat"]):
        folder = os.path.join(plan["folder"], "run-%d" % (number + 1))
        job = run_once(command_for(environment, script), values, folder, plan)
        install_check.emit(lock, event="job", **job)


if __name__ == "__main__":
    main()
