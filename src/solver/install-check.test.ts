import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type WheelOptions, wheel } from "../../fixtures/packages.ts";
import type { InstalledFact } from "../model/knowledge.ts";
import { checkInstalled } from "./install-check.ts";
import { type TestMachine, testMachine } from "./machine.test-helper.ts";

let machine: TestMachine;
beforeAll(async () => {
  machine = await testMachine();
});
afterAll(() => machine.remove());

/** Installs all and imports the wanted (all unless told); facts by `name==version`. */
async function check(
  releases: readonly Partial<WheelOptions>[],
  more: Partial<Parameters<typeof checkInstalled>[0]> = {},
): Promise<Record<string, InstalledFact>> {
  const pins = releases.map((options) =>
    machine.pin(wheel({ name: "demo", version: "1.0", ...options })),
  );
  const { cacheDirectory, sandbox, runtime } = machine;
  const facts = await checkInstalled({
    runtime,
    sandbox,
    pins,
    context: [],
    cacheDirectory,
    ...more,
  });
  return Object.fromEntries(facts);
}

/** A release `demo` with one module that holds these lines. */
const demo = (...lines: readonly string[]) => ({
  files: { "demo/__init__.py": `${lines.join("\n")}\n` },
});

test("a release that installs and imports is ok, with what was tried and by which tools", async () => {
  const told: string[] = [];
  const facts = await check([demo("x = 1")], {
    onResult: (release, fact) => told.push(`${release.name} ${fact.outcome}`),
  });

  expect(facts["demo==1.0"]).toMatchObject({
    outcome: "ok",
    filename: "demo-1.0-py3-none-any.whl",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    modules: ["demo"],
    tools: {
      pip: expect.stringMatching(/^\d/),
      python: expect.stringMatching(/^3\./),
      sandbox: expect.stringMatching(/^bubblewrap /),
    },
  });
  expect(facts["demo==1.0"]).not.toHaveProperty("failure");
  expect(told).toEqual(["demo ok"]);
});

test.each([
  ["import-syntax", "grammar of another Python", ["print 'hello'"]],
  ["import-syntax", "a module that Python no longer has", ["import ConfigParser"]],
  ["import-syntax", "a name that Python no longer has", ["from collections import nothing_such"]],
  ["import-missing-module", "a module that nobody installed", ["import nothing_such"]],
  [
    "import-missing-module",
    "the same, told in other words",
    [
      "try:",
      "    import nothing_such",
      "except ImportError:",
      "    raise RuntimeError('install it')",
    ],
  ],
  [
    "import-abi",
    "a symbol that is nowhere",
    ["raise ImportError('demo.so: undefined symbol: PyUnicode_Gone')"],
  ],
  ["import-abi", "another numpy", ["raise ImportError('numpy.core.multiarray failed to import')"]],
  [
    "import-system-library",
    "a library of the system",
    ["import ctypes", "ctypes.CDLL('libnothingsuch.so.9')"],
  ],
  [
    "import-system-library",
    "the same, told in other words",
    ["raise ImportError('failed to find libmagic. Check your installation')"],
  ],
  ["import-crash", "a crash", ["import os, signal", "os.kill(os.getpid(), signal.SIGSEGV)"]],
  ["out-of-memory", "too much memory", ["x = bytearray(64 * 1024 ** 3)"]],
  ["import-error", "settings that are not there", ["raise RuntimeError('no settings')"]],
  ["import-error", "the end of Python", ["import os", "os._exit(7)"]],
  ["import-error", "a polite end of Python", ["raise SystemExit(3)"]],
  ["timeout", "an import without end", ["while True: pass"]],
])("%s: %s", async (failure, _what, lines) => {
  const facts = await check([demo(...lines)], { importTimeoutMs: 2000 });

  expect(facts["demo==1.0"]).toMatchObject({ outcome: "failed", failure });
});

test("a release that was built for another release beside it is told apart from that one only", async () => {
  const facts = await check([
    demo("raise ValueError('other_lib.dtype size changed, may indicate binary incompatibility')"),
    { name: "other-lib", version: "2.1", files: { "other_lib.py": "" } },
    { name: "third", version: "1.0", files: { "third.py": "" } },
  ]);

  expect(facts["demo==1.0"]).toMatchObject({
    failure: "import-abi",
    apartFrom: [{ name: "other-lib", version: "2.1" }],
  });
});

test("the failure of one release is not held against another", async () => {
  const facts = await check([
    { name: "broken", files: { "broken.py": "print 'old'\n" } },
    { name: "user", files: { "user.py": "import broken\n" } },
    { name: "fine", files: { "fine.py": "" } },
  ]);

  expect(facts["broken==1.0"]?.failure).toBe("import-syntax");
  expect(facts["user==1.0"]?.failure).toBe("import-error");
  expect(facts["user==1.0"]?.detail).toContain("broken.py");
  expect(facts["fine==1.0"]?.outcome).toBe("ok");
});

test("a name that an installed release no longer has is not a missing module", async () => {
  const facts = await check([
    { name: "base", files: { "base/__init__.py": "" } },
    { name: "user", files: { "user.py": "import base.gone\n" } },
  ]);

  expect(facts["user==1.0"]?.failure).toBe("import-error");
});

test("a second module that is for an extra does not fail the release", async () => {
  const facts = await check([
    { files: { "demo/__init__.py": "", "demod/__init__.py": "import nothing_such\n" } },
  ]);

  expect(facts["demo==1.0"]).toMatchObject({ outcome: "ok", modules: ["demo"] });
});

test("of a namespace the first real module is imported; tests, private modules and stubs are not", async () => {
  const bad = "raise RuntimeError('must not be imported')\n";
  const facts = await check([
    {
      name: "space-part",
      files: {
        "space/part/__init__.py": "",
        "space/part/deep.py": bad,
        "tests/__init__.py": bad,
        "_private.py": bad,
        "part-stubs/__init__.pyi": "",
      },
    },
    { name: "stubs-only", files: { "thing-stubs/__init__.pyi": "" } },
  ]);

  expect(facts["space-part==1.0"]).toMatchObject({ outcome: "ok", modules: ["space.part"] });
  expect(facts["stubs-only==1.0"]).toMatchObject({ outcome: "ok", modules: [] });
});

test("of wheels installed in one go a bad one fails alone", async () => {
  const releases = Array.from({ length: 10 }, (_, i) => ({ name: `good${i}` }));
  const { cacheDirectory, sandbox, runtime } = machine;
  const good = releases.map((each) => machine.pin(wheel({ ...each, version: "1.0" })));
  const damaged = machine.pin({
    ...wheel({ name: "damaged", version: "1.0" }),
    bytes: Buffer.from("PK no zip"),
  });
  const foreign = machine.pin(wheel({ name: "foreign", version: "1.0", tag: "py3-none-win32" }));
  const picky = machine.pin(wheel({ name: "picky", version: "1.0", requiresPython: "<3" }));

  const facts = await checkInstalled({
    runtime,
    sandbox,
    pins: [...good, damaged, foreign, picky],
    context: [],
    cacheDirectory,
  });

  expect(facts.get("damaged==1.0")?.failure).toBe("bad-archive");
  expect(facts.get("foreign==1.0")?.failure).toBe("no-file");
  expect(facts.get("picky==1.0")?.failure).toBe("requires-python");
  expect([...facts.values()].filter((fact) => fact.outcome === "ok")).toHaveLength(10);
});

test("what is installed as context is there, but not reported", async () => {
  const context = [machine.pin(wheel({ name: "base", version: "2.0" }))];
  const facts = await check([demo("import base")], { context });

  expect(Object.keys(facts)).toEqual(["demo==1.0"]);
  expect(facts["demo==1.0"]?.outcome).toBe("ok");
});

test("without a sandbox wheels are installed, but no code of theirs is run", async () => {
  const marker = join(machine.cacheDirectory, "code-ran");
  const code = `open(${JSON.stringify(marker)}, "w").close()\n`;
  const facts = await check(
    [
      { files: { "demo/__init__.py": code, "demo.pth": `import os; ${code}` } },
      { name: "foreign", tag: "py3-none-win32" },
    ],
    { sandbox: undefined },
  );

  expect(facts["demo==1.0"]).toMatchObject({
    outcome: "failed",
    failure: "no-sandbox",
    modules: [],
  });
  expect(facts["foreign==1.0"]?.failure).toBe("no-file");
  expect(existsSync(marker)).toBe(false);
});

test("a project may be called like a folder that is otherwise passed over", async () => {
  const facts = await check([{ name: "build", files: { "build/__init__.py": "" } }]);

  expect(facts["build==1.0"]?.modules).toEqual(["build"]);
});

test("the detail shows the package's own lines and what the failure came of", async () => {
  const facts = await check([
    demo("try:", "    import nothing_such", "except ImportError:", "    raise RuntimeError('no')"),
  ]);

  const lines = facts["demo==1.0"]?.detail?.split("\n") ?? [];
  expect(lines[0]).toBe('  File "demo/__init__.py", line 4, in <module>');
  expect(lines).toContain("RuntimeError: no");
  expect(lines.at(-1)).toBe("caused by ModuleNotFoundError: No module named 'nothing_such'");
});

test("control characters of what a package prints do not get into the fact", async () => {
  const facts = await check([demo("raise RuntimeError('\\x1b[31mred\\x07')")]);

  expect(facts["demo==1.0"]?.detail).toContain("RuntimeError: red");
  expect(facts["demo==1.0"]?.detail).not.toMatch(/\p{Cc}(?<!\n)/u);
});

test("every Python of this machine can try out releases, each with its own pip", async () => {
  const pins = [machine.pin(wheel({ name: "any", version: "1.0", tag: "py2.py3-none-any" }))];
  const { cacheDirectory, sandbox, runtimes } = machine;

  for (const runtime of runtimes) {
    const facts = await checkInstalled({ runtime, sandbox, pins, context: [], cacheDirectory });
    expect([runtime.id, facts.get("any==1.0")]).toMatchObject([runtime.id, { outcome: "ok" }]);
  }
}, 60_000);

test("a runtime without interpreter can't try out anything, which is said", async () => {
  const { interpreter: _, ...runtime } = machine.runtime;
  const run = check([demo("x = 1")], { runtime });

  await expect(run).rejects.toMatchObject({ code: "no-python" });
});
