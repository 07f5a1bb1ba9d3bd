"""Fetches source distributions from an index, once, without building anything.

popular.py INDEX FOLDER MOST NAME[==VERSION]... prints a JSON line per file: name, version, path.
The newest final release that is not yanked and has one; names without are passed over, until MOST
are there. The simple pages are PEP 691's; each file is held against the sha256 of its page.
"""

import hashlib
import json
import os
import re
import sys
import urllib.request

from pip._vendor.packaging.utils import InvalidSdistFilename, parse_sdist_filename
from pip._vendor.packaging.version import InvalidVersion, Version

ACCEPT = "application/vnd.pypi.simple.v1+json"


def page(index, name, folder):
    kept = os.path.join(folder, f"{name}.json")
    if not os.path.exists(kept):
        request = urllib.request.Request(f"{index}/{name}/", headers={"Accept": ACCEPT})
        with urllib.request.urlopen(request, timeout=60) as answer:
            write(kept, answer.read())
    with open(kept, encoding="utf-8") as file:
        return json.load(file)


def source_files(files):
    for file in files:
        try:
            _, version = parse_sdist_filename(file["filename"])
        except (InvalidSdistFilename, InvalidVersion):
            continue
        if file["filename"].endswith((".tar.gz", ".zip")):
            yield version, file


def chosen(files, wanted):
    if wanted is not None:
        return [(version, file) for version, file in source_files(files) if version == wanted]
    final = [
        (version, file)
        for version, file in source_files(files)
        if not version.is_prerelease and not file.get("yanked")
    ]
    return sorted(final, key=lambda one: one[0])[-1:]


def write(path, content):
    with open(f"{path}.part", "wb") as file:
        file.write(content)
    os.replace(f"{path}.part", path)


def fetched(file, folder):
    filename = file["filename"]
    if re.search(r"[/\\]", filename):
        raise ValueError(f"{filename!r} is no file name")
    path = os.path.join(folder, filename)
    if not os.path.exists(path):
        with urllib.request.urlopen(file["url"], timeout=300) as answer:
            content = answer.read()
        if hashlib.sha256(content).hexdigest() != file["hashes"]["sha256"]:
            raise ValueError(f"{filename}: not the sha256 of its page")
        write(path, content)
    return path


def main(index, folder, most, *names):
    os.makedirs(folder, exist_ok=True)
    left = int(most)
    for asked in names:
        name, _, version = asked.partition("==")
        found = chosen(page(index, name, folder)["files"], Version(version) if version else None)
        for release, file in found:
            if left > 0:
                path = fetched(file, folder)
                print(json.dumps({"name": name, "version": str(release), "path": path}), flush=True)
                left -= 1


main(*sys.argv[1:])
