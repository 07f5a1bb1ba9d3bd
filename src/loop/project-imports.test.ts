import { describe, expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { runtimeId } from "../model/runtime.ts";
import { parsePipfile } from "../python/pipfile.ts";
import { exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { libraryUsage } from "./library-usage.ts";
import { importFindings } from "./project-imports.ts";

const runtime = runtimeId("linux-glibc236-x86_64-cp312");
const observedAt = "2024-01-01T00:00:00.000Z";

/** Each of a lock: `flask==3.0` with its modules and the lines of what it needs. */
type Locked = Readonly<Record<string, { modules: readonly string[]; requires?: string[] }>>;

async function found(
  pipfile: string,
  files: Readonly<Record<string, string>>,
  locked: Locked = {},
) {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  const entries = parsePipfile(pipfile, "Pipfile").categories.flatMap((one) => one.entries);
  const usage = await libraryUsage(folder, "3.12");
  const store = new MemoryStore();
  const pins = Object.entries(locked).map(([text, { modules, requires = [] }]) => {
    const { name, version, index } = exampleRelease(text);
    store.add(text, { requires });
    const seen = { outcome: "ok", modules, tools: {}, durationMs: 1, observedAt } as const;
    store.putInstalled({ name, version, index }, runtime, seen);
    return { name, version, categories: ["default"] };
  });
  const findings = importFindings(usage, { entries, pins }, store);
  return findings.map(({ kind, package: name }) => `${kind} ${name}`);
}

test.each([
  ["at a file's head", "import flask", "missing flask"],
  ["within a function", "def f():\n    import flask", "perhaps-missing flask"],
  ["for a type checker", "if TYPE_CHECKING:\n    import flask", undefined],
  ["where another will do", "try:\n    import a\nexcept ImportError:\n    import b", undefined],
  ["of some Pythons", "if sys.version_info < (3, 8):\n    import flask", undefined],
])("an import that nothing provides, %s", async (_, text, expected) => {
  expect(await found("", { "app.py": text })).toEqual(expected === undefined ? [] : [expected]);
});

test.each([
  ["documentation", "docs/conf.py", "perhaps-missing flask"],
  ["its own building", "setup.py", "perhaps-missing flask"],
  ["tests", "tests/test_app.py", "missing flask"],
  ["what tests only read", "tests/data/bad.py", undefined],
])("an import of %s", async (_, path, expected) => {
  const files = { [path]: "import flask\n" };

  expect(await found("", files)).toEqual(expected === undefined ? [] : [expected]);
});

test("what is asked for in another file is perhaps missing only", async () => {
  const files = { "tests/test_a.py": "import pytest\n", "tox.ini": "[testenv]\ndeps = pytest\n" };

  expect(await found("", files)).toEqual(["perhaps-missing pytest"]);
});

test.each([
  ["google.cloud.storage", "google-cloud-storage"],
  ["opentelemetry.trace", "opentelemetry-sdk"],
  ["acoustid", "pyacoustid"],
  ["poetry.core", "poetry-core"],
])("import %s is taken for %s, which nobody saw installed", async (module, name) => {
  expect(await found(`[packages]\n${name} = "*"\n`, { "app.py": `import ${module}\n` })).toEqual(
    [],
  );
});

test("where nobody saw what a package brings, it is never called unused for certain", async () => {
  expect(await found('[packages]\nflask = "*"\n', { "app.py": "" })).toEqual([
    "perhaps-unused flask",
  ]);
});

describe("of a package that was seen installed and that nothing imports", () => {
  const humanize = { "humanize==4.9": { modules: ["humanize"] } };
  const line = '[packages]\nhumanize = "*"\n';

  test("a line is unused for certain", async () => {
    expect(await found(line, { "app.py": "import os\n" }, humanize)).toEqual(["unused humanize"]);
  });

  test("it stays so where another file says that it is needed, too", async () => {
    const files = { "app.py": "", "requirements.txt": "humanize\n", "README.md": "humanize" };

    expect(await found(line, files, humanize)).toEqual(["unused humanize"]);
  });

  test.each([
    ["a text of a source names it", { "app.py": 'APPS = ["humanize"]\n' }],
    ["what is run names it", { Procfile: "web: humanize --serve\n", "app.py": "" }],
  ])("a line is perhaps unused where %s", async (_, files) => {
    expect(await found(line, files, humanize)).toEqual(["perhaps-unused humanize"]);
  });

  test.each([
    ["needs it", "*", "humanize", "unused"],
    ["needs it, and the line bounds it", "<5", "humanize", "perhaps-unused"],
    ["needs it on Windows", "*", "humanize; sys_platform == 'win32'", "unused"],
    ["uses it with an extra", "*", "humanize; extra == 'nice'", "perhaps-unused"],
  ])("where another package %s (%s)", async (_, range, requires, expected) => {
    const locked = { ...humanize, "shop==1.0": { modules: ["shop"], requires: [requires] } };
    const pipfile = `[packages]\nhumanize = "${range}"\nshop = "*"\n`;

    expect(await found(pipfile, { "app.py": "import shop\n" }, locked)).toEqual([
      `${expected} humanize`,
    ]);
  });
});
