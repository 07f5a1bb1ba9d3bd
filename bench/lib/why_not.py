"""Judges answers of `thoth why-not --json`: see bench/why-not.mjs. Prints one JSON line."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter

from packaging.specifiers import SpecifierSet
from packaging.version import Version

answers_file, project, python, uv = sys.argv[1:5]
answers = json.load(open(answers_file))
pipfile_lines = open(os.path.join(project, "Pipfile")).read().split("\n")
pipfile = tomllib.load(open(os.path.join(project, "Pipfile"), "rb"))
full = subprocess.run(
    [python, "-c", "import platform; print(platform.python_version())"],
    capture_output=True, text=True, check=True,
).stdout.strip()
lock = json.load(open(os.path.join(project, "Pipfile.lock")))
pins = {**lock["develop"], **lock["default"]}
metadata_cache = {}


def requirement(name, value):
    if isinstance(value, str):
        value = {"version": value}
    extras = value.get("extras", [])
    bracket = f"[{','.join(extras)}]" if extras else ""
    version = value.get("version", "*")
    version = "" if version == "*" else version
    if re.match(r"^\d", version):
        version = f"=={version}"
    marker = f" ; {value['markers']}" if "markers" in value else ""
    return f"{name}{bracket}{version}{marker}"


lines = [
    requirement(name, value)
    for section in ("packages", "dev-packages")
    for name, value in pipfile.get(section, {}).items()
]


def excludes(text, version):
    """Whether the specifier in `name[extra] <2,>=1` excludes a version."""
    specifier = re.match(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*(.*)$", text).group(1)
    return specifier != "*" and not SpecifierSet(specifier).contains(version, prereleases=True)


def demand_true(demand, name, version):
    by, text = demand["by"], demand["text"]
    if not excludes(text, version):
        return False
    place = re.match(r"^(?:.*/)?Pipfile:(\d+)$", by)
    if place:
        line = pipfile_lines[int(place.group(1)) - 1].lower().replace("_", "-")
        return name in line.replace(".", "-")
    owner, owned = by.split("==")
    return pins[owner]["version"] == f"=={owned}" and text in needs(owner, owned, name)


def needs(owner, owned, name):
    """What the store says that a locked release needs of a package, as Thoth writes it."""
    found = []
    for raw in re.findall(r'"((?:[^"\\]|\\.)*)"', metadata(owner)):
        line = json.loads(f'"{raw}"')
        head = re.match(r"^\s*([A-Za-z0-9._-]+)\s*(\[[^\]]*\])?\s*\(?([^;)]*)\)?", line)
        if head is None or re.sub(r"[-_.]+", "-", head.group(1).lower()) != name:
            continue
        bracket = (head.group(2) or "").replace(" ", "")
        plain = ",".join(part.strip() for part in head.group(3).split(","))
        found.append(f"{name}{bracket} {plain}".strip())
    return found


def metadata(name):
    """The text of the store's file on the metadata of a package."""
    if name not in metadata_cache:
        root = os.path.join(os.environ["THOTH_STORE"], "packages")
        found = subprocess.run(
            ["find", root, "-path", f"*/{name}/metadata.json"], capture_output=True, text=True
        ).stdout.split()
        metadata_cache[name] = open(found[0]).read() if found else ""
    return metadata_cache[name]


def resolves(name, version):
    """True, False, or None where uv can't tell."""
    wanted = [*lines, f"{name}=={version}"]
    run = subprocess.run(
        [uv, "pip", "compile", "-q", "--no-header", "--no-annotate", "--python", python, "-"],
        input="\n".join(wanted), capture_output=True, text=True, timeout=300,
    )
    if run.returncode == 0:
        return True
    return False if "unsatisfiable" in run.stderr or "No solution" in run.stderr else None


def yanked(name, version):
    path = subprocess.run(
        ["find", os.path.join(os.environ["THOTH_STORE"], "packages"), "-path", f"*/{name}/releases.json"],
        capture_output=True, text=True,
    ).stdout.split()
    text = open(path[0]).read()
    return "yanked" in text


def judge(name, version, told):
    rule = told["rule"]
    if rule == "unusable":
        reason = told["reason"]
        python_needed = re.search(r"needs Python (.*)$", reason)
        if python_needed:
            return not SpecifierSet(python_needed.group(1)).contains(full, prereleases=True)
        if "yanked" in reason:
            return yanked(name, version)
        return None
    if rule == "pre-release":
        return Version(version).is_prerelease
    if rule in ("demand", "constraint"):
        if not told["demands"] or not all(demand_true(one, name, version) for one in told["demands"]):
            return False
        if "forced" not in told:
            return True
    if rule == "unknown":
        return None
    if rule in ("demand", "kept", "least-against", "conflict"):
        if not uv:
            return None
        answer = resolves(name, version)
        if answer is None:
            return None
        return answer == (rule != "conflict")
    return False


counts = Counter()
for answer in answers:
    for told in answer["rejected"]:
        vague = not told.get("reason") or (told["rule"] == "unknown" and not told["gaps"])
        verdict = judge(answer["name"], told["version"], told)
        key = "vague" if vague else {True: "true", False: "false", None: "unjudged"}[verdict]
        counts[key] += 1
        counts[f"{told['rule']}: {key}"] += 1
        if key in ("false", "vague", "unjudged") and told["rule"] != "unknown":
            print(key, answer["name"], told["version"], told["rule"], told["reason"], file=sys.stderr)
print(json.dumps({"project": project, "packages": len(answers), **dict(sorted(counts.items()))}))
sys.exit(1 if counts["false"] or counts["vague"] else 0)
