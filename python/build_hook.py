"""Call a build backend (PEP 517) in the folder to build. Runs in the sandbox, on 2.7 and 3.x.

Reads a request as JSON from stdin; the answer goes to a file, since a build prints what it likes.
"""
import importlib
import json
import os
import re
import sys


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_names(library):
    names = (entry for entry in os.listdir(library) if entry.endswith(".dist-info"))
    return set(normalized(entry[:-len(".dist-info")].rsplit("-", 1)[0]) for entry in names)


def lacking(requirements, library):
    installed = installed_names(library)
    name = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
    return [text for text in requirements
            if name.match(text) and normalized(name.match(text).group(1)) not in installed]


def load_backend(request):
    for folder in reversed(request["backendPath"]):
        sys.path.insert(0, os.path.join(os.getcwd(), folder))
    name, _, attribute = request["backend"].partition(":")
    backend = importlib.import_module(name)
    for part in attribute.split(".") if attribute else []:
        backend = getattr(backend, part)
    return backend


def answer(request):
    backend = load_backend(request)
    requires = getattr(backend, "get_requires_for_build_wheel", None)
    if requires and not request["anyRequirements"]:
        missing = lacking(requires(None), request["library"])
        if missing:
            return {"state": "lacking", "missing": missing}
    prepare = getattr(backend, "prepare_metadata_for_build_wheel", None)
    if request["want"] == "metadata" and prepare:
        return {"state": "prepared", "folder": prepare(request["out"], None)}
    return {"state": "built", "wheel": backend.build_wheel(request["out"], None, None)}


def main():
    request = json.loads(sys.stdin.read())
    if request["addSite"]:
        import site
        site.addsitedir(request["library"])
    sys.argv = ["setup.py"]
    result = answer(request)
    with open(request["answer"], "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
