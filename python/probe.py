"""Describe this interpreter as one line of JSON. Runs on 2.7 and every 3.x, without site.

In the sandbox, where it looks at another system's interpreter, python/entry.py says a line before.
"""
from __future__ import print_function

import json
import os
import platform
import struct
import sys
import sysconfig


def marker_values():
    implementation = getattr(sys, "implementation", None)
    name = implementation.name if implementation else platform.python_implementation().lower()
    info = implementation.version if implementation else sys.version_info
    version = "%d.%d.%d" % tuple(info[:3])
    if info[3] != "final":
        version += info[3][0] + str(info[4])
    return {
        "implementation_name": name,
        "implementation_version": version,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": "%d.%d" % tuple(sys.version_info[:2]),
        "sys_platform": sys.platform,
    }


def pair(text):
    numbers = text.split(".")
    return [int(numbers[0]), int("".join(c for c in numbers[1] if c.isdigit()) or 0)]


def glibc_version():
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
    except (AttributeError, OSError, ValueError):
        return glibc_version_of_library()
    return pair(version) if name == "glibc" else None


def glibc_version_of_library():
    """Python 2.7 does not know the name that confstr needs."""
    try:
        import ctypes

        version = ctypes.CDLL(None).gnu_get_libc_version
    except (ImportError, AttributeError, OSError, TypeError):
        return None
    version.restype = ctypes.c_char_p
    return pair(version().decode("ascii"))


def elf_interpreter(path):
    """The dynamic loader that the executable asks for, e.g. /lib/ld-musl-x86_64.so.1."""
    try:
        with open(path, "rb") as binary:
            head = binary.read(64)
            if head[:4] != b"\x7fELF":
                return None
            wide = bytearray(head)[4] == 2
            order = "<" if bytearray(head)[5] == 1 else ">"
            offset = struct.unpack_from(order + ("Q" if wide else "I"), head, 32 if wide else 28)[0]
            size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
            for index in range(count):
                binary.seek(offset + index * size)
                entry = binary.read(size)
                if struct.unpack_from(order + "I", entry)[0] != 3:
                    continue
                layout, places = (order + "8xQ16xQ", 40) if wide else (order + "4xI8xI", 20)
                start, length = struct.unpack_from(layout, entry[:places])
                binary.seek(start)
                return binary.read(length).rstrip(b"\0").decode("utf-8", "replace")
    except (IOError, OSError, struct.error):
        return None
    return None


def musl_version(executable):
    loader = elf_interpreter(executable)
    if not loader or "musl" not in loader:
        return None
    import subprocess

    try:
        process = subprocess.Popen([loader], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        text = process.communicate()[1].decode("utf-8", "replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("Version "):
            return pair(line[8:])
    return None


def macos_version():
    if sys.platform != "darwin":
        return None
    return pair(platform.mac_ver()[0] + ".0")


def os_release():
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(path) as lines:
                pairs = [line.rstrip("\n").split("=", 1) for line in lines if "=" in line]
        except (IOError, OSError):
            continue
        values = dict((key, value.strip("'\"")) for key, value in pairs)
        return {"name": values.get("ID", "linux"), "version": values.get("VERSION_ID", "")}
    if sys.platform == "darwin":
        return {"name": "macos", "version": platform.mac_ver()[0]}
    return {"name": platform.system().lower() or "unknown", "version": ""}


def library_folders():
    """Where an installed pip may lie: this prefix, and what Debian does on its own."""
    names = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    short = "python%d.%d" % tuple(sys.version_info[:2])
    for prefix in (sys.prefix, getattr(sys, "base_prefix", sys.prefix)):
        names.append(os.path.join(prefix, "lib", short, "site-packages"))
        names.append(os.path.join(prefix, "local", "lib", short, "dist-packages"))
        names.append(os.path.join(prefix, "lib", "python%d" % sys.version_info[0], "dist-packages"))
        names.append(os.path.join(prefix, "lib", short, "dist-packages"))
    return [name for i, name in enumerate(names) if name and name not in names[:i]]


def wheel_folders():
    names = [os.path.join(os.path.dirname(os.__file__), "ensurepip", "_bundled")]
    names.append(sysconfig.get_config_var("WHEEL_PKG_DIR"))
    names.append("/usr/share/python-wheels")
    return [name for name in names if name]


def entries(folder):
    try:
        return sorted(os.listdir(folder), reverse=True)
    except OSError:
        return []


def find_pip():
    """The pip to run: installed, else the wheel that ensurepip brings."""
    for folder in library_folders():
        if not os.path.isfile(os.path.join(folder, "pip", "__main__.py")):
            continue
        for name in entries(folder):
            if name.startswith("pip-") and name.endswith((".dist-info", ".egg-info")):
                return {"version": name.split("-")[1].replace(".dist", "").replace(".egg", ""),
                        "path": os.path.realpath(os.path.join(folder, "pip"))}
    for folder in wheel_folders():
        for name in entries(folder):
            if name.startswith("pip-") and name.endswith(".whl"):
                return {"version": name.split("-")[1],
                        "path": os.path.realpath(os.path.join(folder, name))}
    return None


def has_venv():
    return os.path.isfile(os.path.join(os.path.dirname(os.__file__), "venv", "__init__.py"))


def describe():
    executable = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    return {
        "markers": marker_values(),
        "version": list(sys.version_info[:5]),
        "executable": executable,
        "prefixes": sorted(set(os.path.realpath(prefix) for prefix in (
            sys.prefix, sys.exec_prefix,
            getattr(sys, "base_prefix", sys.prefix),
            getattr(sys, "base_exec_prefix", sys.exec_prefix)))),
        "soabi": sysconfig.get_config_var("SOABI"),
        "abiflags": getattr(sys, "abiflags", None),
        "unicodeSize": 4 if sys.maxunicode > 0xFFFF else 2,
        "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "debug": hasattr(sys, "gettotalrefcount"),
        "bits": struct.calcsize("P") * 8,
        "platform": sysconfig.get_platform(),
        "glibc": glibc_version(),
        "musl": musl_version(executable),
        "macos": macos_version(),
        "os": os_release(),
        "pip": find_pip(),
        "venv": has_venv(),
        "inVirtualenv": hasattr(sys, "real_prefix")
        or getattr(sys, "base_prefix", sys.prefix) != sys.prefix,
    }


if "THOTH_LIMITS" in os.environ:
    import entry

    entry.begin()
print(json.dumps(describe()))
