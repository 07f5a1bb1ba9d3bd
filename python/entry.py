"""What our scripts do first in the sandbox: become nobody, take the limits, say that they run.

Runs on 2.7 and every 3.x.
"""
import json
import os
import sys


def take_limits(limits):
    """In a system that is not this machine's no other program does it before us."""
    import resource

    for name in ("data", "fsize", "core", "nproc"):
        if name in limits:
            resource.setrlimit(getattr(resource, "RLIMIT_" + name.upper()), (limits[name],) * 2)
    if "user" in limits:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])


def begin():
    """The first line tells a sandbox that did not start from a script that failed."""
    limits = os.environ.pop("THOTH_LIMITS", None)
    if limits:
        take_limits(json.loads(limits))
    sys.stdout.write('{"event": "started"}\n')
    sys.stdout.flush()
