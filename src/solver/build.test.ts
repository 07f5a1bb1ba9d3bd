import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SdistOptions, sdist, wheel } from "../../fixtures/packages.ts";
import { buildWheel, prepareMetadata } from "./build.ts";
import { checkInstalled } from "./install-check.ts";
import { installationFor } from "./installations.ts";
import { type TestMachine, testMachine } from "./machine.test-helper.ts";
import { inspectSource } from "./source-inspection.ts";

let machine: TestMachine;
beforeAll(async () => {
  machine = await testMachine();
});
afterAll(() => machine.remove());

const pinOf = (options: Partial<SdistOptions> = {}) =>
  machine.pin(sdist({ name: "demo", version: "1.0", ...options }));

function build(
  options: Partial<SdistOptions>,
  more: Partial<Parameters<typeof buildWheel>[0]> = {},
) {
  const { runtime, sandbox, cacheDirectory } = machine;
  const source = { archive: pinOf(options).path };
  return buildWheel({ runtime, sandbox, source, buildWheels: [], cacheDirectory, ...more });
}

test("an sdist is built into a wheel that installs", async () => {
  const built = await build({ requires: ["base>=1"] });
  if (!built.ok) throw new Error(built.detail);
  const { runtime, sandbox, cacheDirectory } = machine;
  const pin = { ...pinOf(), path: built.wheelPath };
  const facts = await checkInstalled({
    runtime,
    sandbox,
    pins: [pin],
    context: [],
    cacheDirectory,
  });

  expect(basename(built.wheelPath)).toBe("demo-1.0-py3-none-any.whl");
  expect(built.metadataText).toContain("Requires-Dist: base>=1\n");
  expect(facts.get("demo==1.0")).toMatchObject({ outcome: "ok", filename: "demo-1.0.tar.gz" });
});

test("a wheel built once for a runtime is found again by the hash of its sdist", async () => {
  const sha256 = "ab".repeat(32);
  const first = await build({}, { sha256 });
  // With no source to build from, only the kept wheel can answer.
  const second = await build({}, { sha256, source: { archive: "/nonexistent" } });

  expect(first.ok).toBe(true);
  expect(second).toMatchObject({
    ok: true,
    wheelPath: first.ok ? first.wheelPath : "",
    metadataText: first.ok ? first.metadataText : "",
  });
});

test("a build can use a requirement that it is given", async () => {
  const tool = machine.pin(wheel({ name: "buildtool", version: "1.0" }));

  const without = await build({ atBuild: "import buildtool" });
  const built = await build({ atBuild: "import buildtool" }, { buildWheels: [tool.path] });

  expect(without).toMatchObject({ ok: false, failure: "build-requirements" });
  expect(built.ok).toBe(true);
});

test("a build without all that its pyproject.toml asks for is not begun", async () => {
  const pyproject =
    '[build-system]\nrequires = ["toolbox>=2", "other; os_name == \'nt\'"]\nbuild-backend = "x"\n';

  expect(await build({ pyproject })).toMatchObject({
    ok: false,
    failure: "build-requirements",
    missing: ["toolbox>=2"],
  });
});

const backend = (...lines: readonly string[]) => ({
  pyproject: '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
  files: { "own.py": `${lines.join("\n")}\n`, "demo/__init__.py": "" },
});

test("what the backend asks for besides is reported, markers of other systems aside", async () => {
  const lines = [
    "def get_requires_for_build_wheel(settings=None):",
    "    return ['extra-tool>=2', 'other-tool; sys_platform == \"win32\"']",
    "def build_wheel(*args): raise AssertionError('must not get here')",
  ];
  const result = await build(backend(...lines));

  expect(result).toMatchObject({
    ok: false,
    failure: "build-requirements",
    missing: ["extra-tool>=2"],
  });
});

test("requirements for other systems only do not hold up a build", async () => {
  const lines = [
    "import zipfile, os",
    "def get_requires_for_build_wheel(settings=None):",
    "    return ['other-tool; sys_platform == \"win32\"']",
    "def build_wheel(out, *args):",
    "    with zipfile.ZipFile(os.path.join(out, 'demo-1.0-py3-none-any.whl'), 'w') as file:",
    "        file.writestr('demo-1.0.dist-info/METADATA', 'Name: demo\\nVersion: 1.0\\n')",
    "    return 'demo-1.0-py3-none-any.whl'",
  ];
  expect(await build(backend(...lines))).toMatchObject({ ok: true });
});

test("metadata comes from the backend's own hook, without a build", async () => {
  const lines = [
    "import os",
    "def prepare_metadata_for_build_wheel(out, settings=None):",
    "    os.mkdir(os.path.join(out, 'demo-1.0.dist-info'))",
    "    with open(os.path.join(out, 'demo-1.0.dist-info', 'METADATA'), 'w') as file:",
    "        file.write('Name: demo\\nVersion: 1.0\\n')",
    "    return 'demo-1.0.dist-info'",
    "def build_wheel(*args): raise AssertionError('must not be built')",
  ];
  const { runtime, sandbox, cacheDirectory } = machine;
  const source = { archive: pinOf(backend(...lines)).path };

  expect(
    await prepareMetadata({ runtime, sandbox, source, buildWheels: [], cacheDirectory }),
  ).toMatchObject({
    ok: true,
    metadataText: "Name: demo\nVersion: 1.0\n",
    wheelPath: undefined,
  });
});

test("a tree is copied, so that a build leaves nothing in the user's folder", async () => {
  const tree = mkdtempSync(join(machine.cacheDirectory, "tree-"));
  mkdirSync(join(tree, "sub"));
  const { pyproject, files } = backend(
    "import zipfile, os",
    "def build_wheel(out, *args):",
    "    open('left.txt', 'w').close()",
    "    with zipfile.ZipFile(os.path.join(out, 'demo-1.0-py3-none-any.whl'), 'w') as file:",
    "        file.writestr('demo-1.0.dist-info/METADATA', 'Name: demo\\nVersion: 1.0\\n')",
    "    return 'demo-1.0-py3-none-any.whl'",
  );
  writeFileSync(join(tree, "sub", "pyproject.toml"), pyproject);
  writeFileSync(join(tree, "sub", "own.py"), files["own.py"]);

  const built = await build({}, { source: { tree, subdirectory: "sub" } });

  expect(built).toMatchObject({ ok: true, metadataText: "Name: demo\nVersion: 1.0\n" });
  expect(readdirSync(join(tree, "sub")).sort()).toEqual(["own.py", "pyproject.toml"]);
});

test.each([
  ["build-failed", "raise ValueError('no')"],
  ["build-failed", "raise SystemExit(1)"],
  ["system-library", "raise RuntimeError('pg_config executable not found.')"],
  ["system-library", "import subprocess; subprocess.check_call(['nosuchcompiler'])"],
  ["build-requirements", "import numpy_that_is_not_there"],
  ["requires-python", "raise RuntimeError('Python version >= 3.99 required')"],
  ["out-of-memory", "x = bytearray(64 * 1024 ** 3)"],
])("%s: a build that says %s", async (failure, atBuild) => {
  const result = await build({ atBuild });

  expect(result).toMatchObject({ ok: false, failure });
});

test("a build without end is ended", async () => {
  const result = await build({ atBuild: "while True: pass" }, { timeoutMs: 1500 });

  expect(result).toMatchObject({ ok: false, failure: "timeout" });
});

test("a build has no network", async () => {
  const result = await build({
    atBuild: "import socket; socket.create_connection(('127.0.0.1', 1), 5)",
  });

  expect(result).toMatchObject({ ok: false, failure: "build-failed" });
});

test("a wheel that is really a link is refused: outside it would lead to a file of the user", async () => {
  const lines = [
    "import os, zipfile",
    "def build_wheel(out, *args):",
    "    with zipfile.ZipFile(os.path.join(out, 'real'), 'w') as file:",
    "        file.writestr('demo-1.0.dist-info/METADATA', 'Name: demo\\nVersion: 1.0\\n')",
    "    os.symlink('/out/real', os.path.join(out, 'demo-1.0-py3-none-any.whl'))",
    "    return 'demo-1.0-py3-none-any.whl'",
  ];

  expect(await build(backend(...lines))).toMatchObject({
    ok: false,
    failure: "build-failed",
    detail: expect.stringContaining("made no wheel"),
  });
});

test("a damaged archive is named as such", async () => {
  const archive = join(machine.cacheDirectory, "demo-9.tar.gz");
  writeFileSync(archive, "this is no archive");

  expect(await build({}, { source: { archive } })).toMatchObject({
    ok: false,
    failure: "bad-archive",
  });
});

const noPyproject: false = false;

test.each([
  ["no pyproject.toml", { pyproject: noPyproject }, ["setuptools >= 40.8.0", "wheel"]],
  ["no [build-system]", { pyproject: "[tool.x]\n" }, ["setuptools >= 40.8.0", "wheel"]],
  [
    "its own list",
    { pyproject: '[build-system]\nrequires = ["flit_core >=3.2,<4"]\n' },
    ["flit_core >=3.2,<4"],
  ],
])("the build requirements of an sdist with %s", async (_what, options, expected) => {
  const { runtime, sandbox, cacheDirectory } = machine;
  const source = { archive: pinOf(options).path };

  const installation = await installationFor(runtime);

  expect(await inspectSource({ installation, sandbox, source, cacheDirectory })).toMatchObject({
    requires: expected,
  });
});

test("a broken pyproject.toml is a failure of the build", async () => {
  expect(await build({ pyproject: "[build-system\n" })).toMatchObject({
    ok: false,
    failure: "build-failed",
    detail: expect.stringContaining("pyproject.toml"),
  });
});
