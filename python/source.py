"""Unpack or copy a source distribution, and say how it wants to be built. Runs in the sandbox.

Runs on 2.7 and every 3.x.
"""
from __future__ import print_function

import io
import os
import shutil
import stat
import tarfile
import zipfile

# Left behind when a tree is copied: large, and no part of what is built.
LEFT_BEHIND = shutil.ignore_patterns(".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox",
                                     ".mypy_cache")


def unpack(archive, target):
    """The folder that the archive holds. The sandbox is what keeps a hostile member inside."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(target)
    else:
        with tarfile.open(archive) as file:
            if hasattr(tarfile, "data_filter"):
                file.extractall(target, filter="data")
            else:
                file.extractall(target)
    folders = [name for name in os.listdir(target) if os.path.isdir(os.path.join(target, name))]
    if len(folders) == 1:
        return os.path.join(target, folders[0])
    return target


def prepare(request):
    """The folder to build in, which the build may write to."""
    if "archive" in request:
        os.mkdir(request["target"])
        root = unpack(request["archive"], request["target"])
    else:
        root = request["target"]
        shutil.copytree(request["tree"], root, symlinks=True, ignore=LEFT_BEHIND)
        os.chmod(root, os.stat(root).st_mode | stat.S_IWUSR)
    return os.path.join(root, request.get("subdirectory") or "")


def read(folder, name):
    try:
        with io.open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            return file.read(4000000)
    except (IOError, OSError):
        return None


def describe(folder):
    return {
        "pyproject": read(folder, "pyproject.toml"),
        "pkgInfo": read(folder, "PKG-INFO"),
        "setupPy": os.path.isfile(os.path.join(folder, "setup.py")),
        "setupCfg": os.path.isfile(os.path.join(folder, "setup.cfg")),
    }
