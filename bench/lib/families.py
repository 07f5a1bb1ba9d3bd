"""Families of the archives in a registry of malware that is a Git repository.

families.py REPOSITORY prints a JSON line per archive: name, version, path, blob, family, and whether
it is inert: its Python calls nothing. Archives are read in memory and parsed, never unpacked or run. A family is the hash of the install-time code,
i.e. setup.py's syntax tree with names and constants blanked and repeated siblings once; where
setup.py only describes the package (or there is none), of all of its Python files.
"""

import ast
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import warnings
import zipfile

MOST_FILES = 400
MOST_BYTES = 2_000_000
SUFFIXES = (".tar.gz", ".tgz", ".zip", ".whl", ".tar.bz2", ".tar", ".egg")


def archives(repository):
    listed = subprocess.run(
        ["git", "-C", repository, "ls-tree", "-r", "-z", "HEAD"], stdout=subprocess.PIPE, check=True
    ).stdout
    for row in listed.split(b"\0"):
        if b"\t" not in row:
            continue
        facts, path = row.split(b"\t", 1)
        parts = path.decode("utf-8", "replace").split("/")
        if len(parts) == 3 and parts[2].lower().endswith(SUFFIXES):
            yield parts[0], parts[1], "/".join(parts), facts.split()[2].decode()


class Blobs:
    """Contents by object id, from one running Git; absent ones are None."""

    def __init__(self, repository):
        self.git = subprocess.Popen(
            ["git", "-C", repository, "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def read(self, blob):
        self.git.stdin.write(f"{blob}\n".encode())
        self.git.stdin.flush()
        head = self.git.stdout.readline().split()
        if len(head) < 3 or head[1] != b"blob":
            return None
        content = self.git.stdout.read(int(head[2]))
        self.git.stdout.read(1)
        return content


def python_files(filename, content):
    """Path and source of the Python files, bounded in number and size."""
    taken = {}
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if wanted(member.filename, len(taken)):
                    with archive.open(member) as file:
                        taken[member.filename] = file.read(MOST_BYTES)
        return taken
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:*") as archive:
        for member in archive:
            if member.isfile() and wanted(member.name, len(taken)):
                taken[member.name] = archive.extractfile(member).read(MOST_BYTES)
    return taken


def wanted(path, taken):
    return path.endswith(".py") and taken < MOST_FILES


def shape(node):
    """The tree without names and constants."""
    if isinstance(node, (ast.expr_context, ast.operator)):
        return ""
    inner = []
    for child in ast.iter_child_nodes(node):
        text = shape(child)
        if not inner or inner[-1] != text:
            inner.append(text)
    return f"{type(node).__name__}({''.join(inner)})"


def normalised(source):
    """Of a file that does not parse (Python 2, broken): its tokens without names and constants."""
    try:
        return shape(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = source.decode("latin-1")
        text = re.sub(r"#.*|\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"[^\"\n]*\"|'[^'\n]*'", "c", text)
        return re.sub(r"(\s*[nc,]\s*)+", "n", re.sub(r"\w+", "n", text))


DESCRIBING = {"setup", "open", "read", "find_packages", "join", "dirname", "abspath", "readlines"}
DESCRIBING |= {"splitlines", "strip", "decode", "Extension", "format", "load", "loads", "resolve"}
DESCRIBING |= {"Path", "read_text", "split", "replace", "find_namespace_packages", "str", "cythonize"}


def describes(source):
    """Whether a setup.py calls nothing but what describes a package, and has no class."""
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.Lambda)):
                return False
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called not in DESCRIBING:
                    return False
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def family(files):
    setups = [path for path in files if path.split("/")[-1] == "setup.py"]
    setup = min(setups, key=lambda path: path.count("/"), default=None)
    if setup is not None and not describes(files[setup]):
        return digest("setup:" + normalised(files[setup]))
    shapes = {normalised(source) for path, source in files.items() if path != setup}
    return digest("files:" + "\n".join(sorted(shapes)))


def inert(files):
    """No call at all but those that describe the package: nothing that a scanner could see."""
    rest = (source for path, source in files.items() if not describes(source))
    return all(b"(" not in re.sub(rb"#.*|(def|class)[^:]*:", b"", source) for source in rest)


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def main(repository):
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(3000)
    blobs = Blobs(repository)
    for name, version, path, blob in archives(repository):
        content = blobs.read(blob)
        row = {"name": name, "version": version, "path": path, "blob": blob}
        try:
            files = {} if content is None else python_files(path, content)
            row["family"] = family(files) if files else None
            row["inert"] = inert(files)
        except Exception as error:  # an archive that is broken on purpose
            row["family"] = None
            row["trouble"] = type(error).__name__
        print(json.dumps(row))


main(sys.argv[1])
