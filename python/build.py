"""Inspect or build one source distribution. Runs in the sandbox, on 2.7 and every 3.x.

Reads a request as JSON from stdin, writes the answer as one JSON line to stdout.
"""
from __future__ import print_function

import json
import os
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import entry  # noqa: E402
import install_check  # noqa: E402
import source  # noqa: E402

OUTPUT_LIMIT = 100000


def run(command, environment, cwd, stdin=None):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment, cwd=cwd)
    output = process.communicate(stdin)[0].decode("utf-8", "replace")
    return process.returncode, output[-OUTPUT_LIMIT:]


def metadata_of_wheel(path):
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if name.count("/") == 1 and name.endswith(".dist-info/METADATA"):
                return wheel.read(name).decode("utf-8", "replace")
    return None


def environment_for(environment):
    values = install_check.pip_environment()
    values["PATH"] = os.path.join(environment.folder, "bin") + os.pathsep + values.get("PATH", "")
    return values


def install_requirements(request, environment):
    if not request["wheels"]:
        return 0, ""
    command = environment.pip(request["pip"], *(install_check.INSTALL + request["wheels"]))
    return run(command, install_check.pip_environment(), "/")


def read_text(path):
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "replace")


def build(request):
    folder = source.prepare(request)
    environment = install_check.Environment(request["environment"], request["venv"])
    code, output = install_requirements(request, environment)
    if code:
        return {"state": "requirements-failed", "output": output}
    answer_file = os.path.join(os.path.dirname(request["target"]), "answer.json")
    hook = {"backend": request["backend"], "backendPath": request["backendPath"],
            "library": environment.library, "addSite": not environment.is_venv,
            "want": request["want"], "anyRequirements": request["anyRequirements"],
            "out": request["out"], "answer": answer_file}
    command = environment.python() + [os.path.join(HERE, "build_hook.py")]
    code, output = run(command, environment_for(environment), folder,
                       json.dumps(hook).encode("utf-8"))
    if not os.path.exists(answer_file):
        return {"state": "failed", "code": code, "output": output}
    answer = json.loads(read_text(answer_file))
    answer["output"] = output
    if "wheel" in answer:
        answer["metadata"] = metadata_of_wheel(os.path.join(request["out"], answer["wheel"]))
    elif "folder" in answer:
        answer["metadata"] = read_text(os.path.join(request["out"], answer["folder"], "METADATA"))
    return answer


def inspect(request):
    return dict(source.describe(source.prepare(request)), state="inspected")


def main():
    entry.begin()
    request = json.loads(sys.stdin.read())
    try:
        answer = inspect(request) if request["want"] == "inspection" else build(request)
    except (source.tarfile.TarError, zipfile.BadZipfile, EOFError, IOError, OSError) as error:
        answer = {"state": "bad-archive", "output": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
