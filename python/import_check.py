"""Import the modules of installed releases, each release in a process of its own.

Reads a request as JSON from stdin, writes one JSON line for each release. Runs on 2.7 and 3.x.
"""
from __future__ import print_function

import csv
import errno
import importlib
import json
import os
import re
import select
import signal
import sys
import tempfile
import time
import traceback

TAIL = 4000
TEXT = 1500
# Folders that packages ship by mistake or for their authors; importing them proves nothing.
SKIPPED = frozenset(["test", "tests", "testing", "doc", "docs", "example", "examples", "sample",
                     "samples", "benchmark", "benchmarks", "scripts", "tools", "setup", "conftest",
                     "build", "dist", "__pycache__", "noxfile", "tasks"])
SUFFIX = re.compile(r"(\.(cpython|pypy|abi3|cp)[^/]*)?\.(py|so)$")
IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def listing(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except (IOError, OSError):
        return ""


def recorded_files(info):
    """Paths of RECORD, relative to the library folder."""
    text = read(os.path.join(info, "RECORD"))
    if sys.version_info[0] == 2:
        text = text.encode("utf-8")
    return [row[0] for row in csv.reader(text.splitlines()) if row]


def claims(info):
    """Name and version that a release gives itself, as written; [] where it names none."""
    head = read(os.path.join(info, "METADATA")).split("\n\n", 1)[0]
    found = [re.search(r"^%s:[ \t]*(\S.*?)\s*$" % key, head, re.M) for key in ("Name", "Version")]
    return [match.group(1) for match in found if match]


def installed_infos(library):
    """Normalised name of each installed project to its .dist-info folder."""
    found = {}
    for entry in listing(library):
        if entry.endswith(".dist-info"):
            found[normalized(entry[:-len(".dist-info")].rsplit("-", 1)[0])] = \
                os.path.join(library, entry)
    return found


class Release(object):
    def __init__(self, name, info):
        self.name = name
        self.files = recorded_files(info) if info else []
        self.namespaces = set(read(os.path.join(info, "namespace_packages.txt")).split()) \
            if info else set()

    def tree(self):
        """{name: None for a module, else the folder's own tree} of what can be imported."""
        root = {}
        for path in self.files:
            parts = path.split("/")
            match = SUFFIX.search(parts[-1])
            if not match or parts[0] in ("..", "") or parts[0].endswith((".dist-info", ".data")):
                continue
            parts[-1] = parts[-1][:match.start()]
            if not all(IDENTIFIER.match(part) for part in parts):
                continue
            node = root
            for part in parts[:-1]:
                child = node.get(part)
                if child is None:
                    child = node[part] = {}
                node = child
            node.setdefault(parts[-1], None)
        return root

    def modules(self):
        """Dotted names, the one called like the project first."""
        root = self.tree()
        own = [name for name in root if normalized(name) == normalized(self.name)]
        names = sorted(set(own + self.wanted(root)))
        found = [name for top in names for name in self.below(top, top, root[top])]
        return sorted(found, key=lambda name: normalized(name) != normalized(self.name))

    def below(self, name, dotted, node):
        """The module itself, or below a namespace the first real modules."""
        if node is None or ("__init__" in node and dotted not in self.namespaces):
            return [dotted]
        names = self.wanted(dict((k, v) for k, v in node.items() if k != "__init__"))
        return [found for child in names
                for found in self.below(child, dotted + "." + child, node[child])][:3]

    @staticmethod
    def wanted(node):
        names = [name for name in sorted(node) if name not in SKIPPED and name != "__main__"]
        public = [name for name in names if not name.startswith("_")]
        return public or names


class Owners(object):
    """Which installed project a file belongs to."""

    def __init__(self, library, infos):
        self.library = os.path.realpath(library) + os.sep
        self.infos = infos
        self.paths = None
        self.tops = None

    def load(self):
        self.paths, self.tops = {}, set()
        for name, info in self.infos.items():
            for path in recorded_files(info):
                self.paths[path] = name
                top = path.split("/")[0]
                self.tops.add(SUFFIX.sub("", top))

    def of(self, path):
        if self.paths is None:
            self.load()
        path = os.path.realpath(path)
        if not path.startswith(self.library):
            return None
        return self.paths.get(path[len(self.library):].replace(os.sep, "/"))

    def provides(self, module):
        if self.tops is None:
            self.load()
        return module.split(".")[0] in self.tops


def text_of(value):
    try:
        text = str(value)
    except Exception:
        text = "(its message can't be shown)"
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return text[:TEXT]


def missing_module(error):
    if not isinstance(error, ImportError):
        return None
    name = getattr(error, "name", None)
    if name and type(error).__name__ == "ModuleNotFoundError":
        return name
    match = re.match(r"No module named '?([\w.]+)", text_of(error))
    return match.group(1) if match else None


def is_standard(name):
    """Whether a module of that name belongs to Python itself."""
    known = getattr(sys, "stdlib_module_names", None)
    top = name.split(".")[0]
    if known is not None:
        return top in known
    if top in sys.builtin_module_names:
        return True
    base = os.path.dirname(os.__file__)
    return os.path.exists(os.path.join(base, top)) or os.path.exists(
        os.path.join(base, top + ".py"))


def frames_of(error, trace):
    """Files of the traceback, innermost last, then the file that the error itself names."""
    paths = [frame[0] for frame in traceback.extract_tb(trace)] if trace else []
    for attribute in ("filename", "path"):
        own = getattr(error, attribute, None)
        if isinstance(own, str) and isinstance(error, (SyntaxError, ImportError)):
            paths.append(own)
    paths.extend(re.findall(r"(/\S+?\.so)\b", text_of(error)))
    return paths


def describe(error, trace, owners):
    """One link of the chain of exceptions, with whom it belongs to."""
    culprit = None
    for path in frames_of(error, trace):
        culprit = owners.of(path) or culprit
    name = missing_module(error)
    source = re.search(r"from '([\w.]+)'|module '([\w.]+)' has no attribute", text_of(error))
    module = (source.group(1) or source.group(2)) if source else None
    return {
        "types": [kind.__name__ for kind in type(error).__mro__[:-1]],
        "message": text_of(error),
        "owner": culprit,
        "missing": name,
        "missingIsInstalled": bool(name) and owners.provides(name),
        "standardModule": module if module and is_standard(module) else None,
    }


def chain_of(error, trace, owners):
    links, seen = [], set()
    while error is not None and id(error) not in seen and len(links) < 6:
        seen.add(id(error))
        links.append(describe(error, trace, owners))
        error = getattr(error, "__cause__", None) or getattr(error, "__context__", None)
        trace = getattr(error, "__traceback__", None)
    return links


def told(error, trace, chain):
    """What a person needs of a traceback: the last frames of packages, the error, its causes."""
    frames = [frame for frame in traceback.extract_tb(trace)
              if not frame[0].startswith(("<frozen", os.path.dirname(os.path.abspath(__file__))))
              and os.sep + "importlib" + os.sep not in frame[0]]
    lines = "".join(traceback.format_list(frames[-4:])).splitlines()
    lines += "".join(traceback.format_exception_only(type(error), error)).splitlines()[:8]
    causes = ["caused by %s: %s" % (link["types"][0], link["message"]) for link in chain[1:3]]
    return [text_of(line) for line in lines + causes]


def import_modules(modules, owners):
    """Tries every module; some are for extras that nobody asked for, which is not ours to judge."""
    done, failures = [], []
    for name in modules:
        try:
            importlib.import_module(name)
        except BaseException as error:
            trace = sys.exc_info()[2]
            chain = chain_of(error, trace, owners)
            failures.append({"module": name, "chain": chain,
                             "traceback": told(error, trace, chain)})
            if len(failures) == 3:
                break
        else:
            done.append(name)
    return {"outcome": "imported", "modules": done, "failures": failures}


def in_child(modules, owners, output, result):
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    silent = os.open(os.devnull, os.O_RDONLY)
    os.dup2(silent, 0)
    try:
        import faulthandler
        faulthandler.enable()
    except Exception:
        pass
    sys.argv = ["import_check"]
    answer = json.dumps(import_modules(modules, owners)).encode("utf-8")
    while answer:
        answer = answer[os.write(result, answer):]


class Child(object):
    def __init__(self, release, modules, owners, seconds):
        self.release = release
        self.claims = claims(owners.infos[normalized(release["name"])])
        self.owners = owners
        self.output = tempfile.TemporaryFile()
        self.start = time.time()
        self.deadline = self.start + seconds
        self.answer = b""
        self.status = None
        sys.stdout.flush()
        self.result, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.result)
                in_child(modules, owners, self.output.fileno(), write)
            finally:
                os._exit(0)
        os.close(write)

    def take(self):
        """False once the child has nothing more to say."""
        data = os.read(self.result, 65536)
        self.answer += data
        return bool(data)

    def kill(self):
        for target in (-self.pid, self.pid):
            try:
                os.kill(target, signal.SIGKILL)
            except OSError as error:
                if error.errno not in (errno.ESRCH, errno.EPERM):
                    raise

    def finish(self, timed_out):
        if timed_out:
            self.kill()
        status = self.wait_for_exit()
        self.kill_group()
        os.close(self.result)
        fields = self.fields(status, timed_out)
        fields.update(event="imported", key=self.release["key"], tail=self.tail(),
                      claims=self.claims,
                      ms=int((time.time() - self.start) * 1000))
        return fields

    def wait_for_exit(self):
        # The pipe can close early: give the process the rest of its time, not more.
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return status
            if time.time() > self.deadline:
                self.kill()
                return os.waitpid(self.pid, 0)[1]
            time.sleep(0.002)

    def kill_group(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            pass

    def fields(self, status, timed_out):
        if self.answer:
            try:
                return json.loads(self.answer.decode("utf-8"))
            except ValueError:
                pass
        if timed_out:
            return {"outcome": "timeout", "modules": []}
        if os.WIFSIGNALED(status):
            return {"outcome": "signal", "signal": os.WTERMSIG(status), "modules": [],
                    "owner": self.crash_owner()}
        return {"outcome": "exit", "code": os.WEXITSTATUS(status), "modules": []}

    def crash_owner(self):
        """faulthandler prints the innermost frame first."""
        for path in re.findall(r'File "([^"]+)"', self.tail()):
            owner = self.owners.of(path)
            if owner:
                return owner
        return None

    def tail(self):
        self.output.seek(0, os.SEEK_END)
        self.output.seek(max(0, self.output.tell() - TAIL))
        return self.output.read().decode("utf-8", "replace")


def run(request, report):
    infos = installed_infos(request["library"])
    owners = Owners(request["library"], infos)
    waiting = list(reversed(request["releases"]))
    running = {}
    while waiting or running:
        while waiting and len(running) < request["jobs"]:
            release = waiting.pop()
            info = infos.get(normalized(release["name"]))
            if info is None:
                continue
            modules = Release(release["name"], info).modules()
            child = Child(release, modules, owners, request["seconds"])
            running[child.result] = child
        if not running:
            break
        pause = max(0, min(child.deadline for child in running.values()) - time.time())
        ready = select.select(list(running), [], [], pause)[0]
        for result in ready:
            if not running[result].take():
                report(running.pop(result).finish(False))
        for result, child in list(running.items()):
            if time.time() > child.deadline:
                report(running.pop(result).finish(True))


def main():
    request = json.loads(sys.stdin.read())
    if request["addSite"]:
        import site
        site.addsitedir(request["library"])

    def report(fields):
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()

    run(request, report)


if __name__ == "__main__":
    main()
