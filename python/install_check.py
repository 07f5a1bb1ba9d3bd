"""Install wheels into a throwaway environment and import what they hold. Runs in the sandbox.

Reads a plan as JSON from stdin, writes one JSON object a line: {"event": "ready"|"installed"|...}.
Runs on 2.7 and every 3.x.
"""
from __future__ import print_function

import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import entry  # noqa: E402

OUTPUT_LIMIT = 4000


def now():
    return time.time()


def emit(lock, **fields):
    with lock:
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()


class Environment(object):
    """A venv without pip, or where Python has no venv module a bare --prefix."""

    def __init__(self, folder, has_venv):
        self.folder = folder
        short = "python%d.%d" % tuple(sys.version_info[:2])
        self.library = os.path.join(folder, "lib", short, "site-packages")
        self.is_venv = has_venv and self.create()
        if not self.is_venv and not os.path.isdir(self.library):
            os.makedirs(self.library)

    def create(self):
        command = [sys.executable, "-I", "-m", "venv", "--without-pip", self.folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        process.communicate()
        return process.returncode == 0

    def python(self):
        if self.is_venv:
            return [os.path.join(self.folder, "bin", "python"), "-I"]
        return [sys.executable, "-E", "-s", "-S"]

    def pip(self, pip, *arguments):
        where = [] if self.is_venv else ["--prefix", self.folder]
        return self.python() + [pip] + list(arguments) + where


INSTALL = ["install", "-q", "--no-deps", "--no-index", "--no-compile", "--no-cache-dir",
           "--disable-pip-version-check", "--ignore-installed"]


def pip_environment():
    values = dict(os.environ)
    # As variables, since an older pip refuses an option that it does not know.
    values.update(PIP_CONFIG_FILE=os.devnull, PIP_NO_INPUT="1", PIP_ROOT_USER_ACTION="ignore",
                  PIP_NO_WARN_SCRIPT_LOCATION="1", PIP_NO_COLOR="1", PIP_PROGRESS_BAR="off",
                  PIP_NO_PYTHON_VERSION_WARNING="1", PYTHONDONTWRITEBYTECODE="1")
    return values


class Installer(object):
    def __init__(self, plan, environment, lock):
        self.pip = plan["pip"]
        self.environment = environment
        self.lock = lock

    def install(self, wheels):
        """All in one go; where pip refuses, find out which, so that one bad file fails alone."""
        start = now()
        code, output = self.run_pip([wheel["path"] for wheel in wheels])
        if code == 0:
            for wheel in wheels:
                emit(self.lock, event="installed", key=wheel["key"], ok=True)
        elif len(wheels) == 1:
            emit(self.lock, event="installed", key=wheels[0]["key"], ok=False, code=code,
                 output=output[-OUTPUT_LIMIT:], ms=int((now() - start) * 1000))
        else:
            for part in self.parts(wheels, output):
                self.install(part)

    def parts(self, wheels, output):
        # pip mostly names the file; that saves the halving, but is only a guess to be tried.
        named = [w for w in wheels if os.path.basename(w["path"]) in output]
        if len(named) == 1:
            return [named, [w for w in wheels if w is not named[0]]]
        middle = len(wheels) // 2
        return [wheels[:middle], wheels[middle:]]

    def run_pip(self, paths):
        command = self.environment.pip(self.pip, *(INSTALL + paths))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env=pip_environment())
        output = process.communicate()[0].decode("utf-8", "replace")
        return process.returncode, output


def batches(wheels, jobs):
    """pip's closing summary is quadratic in the number of files: four batches cost the least."""
    count = 1 if len(wheels) < 8 else 2 * jobs if len(wheels) > 60 else jobs
    ordered = sorted(wheels, key=lambda wheel: -os.path.getsize(wheel["path"]))
    return [ordered[i::count] for i in range(count)]


def install_all(plan, environment, lock):
    installer = Installer(plan, environment, lock)
    waiting = batches(plan["wheels"], plan["jobs"])

    def work():
        while waiting:
            try:
                batch = waiting.pop()
            except IndexError:
                return
            installer.install(batch)

    threads = [threading.Thread(target=work) for _ in range(plan["jobs"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def import_all(plan, environment):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "import_check.py")
    request = {"library": environment.library, "addSite": not environment.is_venv,
               "jobs": plan["jobs"], "seconds": plan["importSeconds"],
               "releases": [{"key": w["key"], "name": w["name"]}
                            for w in plan["wheels"] if w["check"]]}
    process = subprocess.Popen(environment.python() + [script], stdin=subprocess.PIPE)
    process.communicate(json.dumps(request).encode("utf-8"))
    return process.returncode


def main():
    entry.begin()
    plan = json.loads(sys.stdin.read())
    lock = threading.Lock()
    start = now()
    environment = Environment(plan["environment"], plan["venv"])
    emit(lock, event="ready", ms=int((now() - start) * 1000), venv=environment.is_venv)
    install_all(plan, environment, lock)
    emit(lock, event="all-installed", ms=int((now() - start) * 1000))
    # Starting the environment's Python already runs the lines of .pth files.
    wanted = any(wheel["check"] for wheel in plan["wheels"])
    code = import_all(plan, environment) if wanted else 0
    emit(lock, event="done", ms=int((now() - start) * 1000), code=code)


if __name__ == "__main__":
    main()
