import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { parsePipfile } from "../python/pipfile.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { libraryUsage } from "./library-usage.ts";
import { importFindings } from "./project-imports.ts";

async function found(pipfile: string, files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  const entries = parsePipfile(pipfile, "Pipfile").categories.flatMap((one) => one.entries);
  const usage = await libraryUsage(folder, "3.12");
  const findings = importFindings(usage, { entries, pins: [] }, new MemoryStore());
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
