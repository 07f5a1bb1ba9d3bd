import { expect, test } from "vitest";
import { makeProject } from "../../fixtures/rig.ts";
import {
  type AuditIndexes,
  auditLines,
  lockPins,
  namedIndexes,
  pipfilePins,
} from "./audit-pins.ts";
import { type AuditedProject, readAuditedProject } from "./audit-project.ts";

const hash = "A1".repeat(32);
const sources = [
  { name: "pypi", url: "https://index.example/simple/", verify_ssl: true },
  { name: "own", url: `https://\${USER}:\${PASS}@own.example/simple`, verify_ssl: true },
];
const usual = { variables: { USER: "me", PASS: "secret" }, only: undefined };

test("a lock's pins have version, hashes, line and the indexes that may have them", () => {
  const project = projectOf({
    default: {
      flask: { hashes: [`sha256:${hash}`, "md5:0"], version: "==1.0" },
      Own_Lib: { index: "own", version: "===2009-black" },
      tool: { git: "https://me:secret@git.example/tool.git", ref: "0".repeat(40) },
      local: { path: "./local", editable: true },
      archive: { file: "https://me:secret@files.example/archive.zip" },
    },
    develop: { flask: { hashes: [`sha256:${"b".repeat(64)}`], version: "==1.0" } },
  });

  expect(pinsOf(project)).toEqual([
    {
      name: "flask",
      origin: "index",
      version: "1.0",
      hashes: [hash.toLowerCase(), "b".repeat(64)],
      extras: [],
      indexes: ["https://index.example/simple", "https://own.example/simple"],
      line: 3,
    },
    {
      name: "own-lib",
      origin: "index",
      version: "2009-black",
      hashes: [],
      extras: [],
      indexes: ["https://own.example/simple"],
      line: 10,
    },
    direct("tool", "git", "https://git.example/tool.git", 14),
    direct("local", "path", "./local", 18),
    direct("archive", "url", "https://files.example/archive.zip", 22),
  ]);
});

test("two versions of one package are two pins, and one is named by --index-url alone", () => {
  const project = projectOf({
    default: { flask: { version: "==1.0" } },
    develop: { flask: { version: "==2.0" } },
  });
  const only = "https://only.example/simple";

  expect(pinsOf(project, { ...usual, only })).toMatchObject([
    { version: "1.0", indexes: [only] },
    { version: "2.0", indexes: [only] },
  ]);
});

test("without a lock the Pipfile's `==` pins count, and its other lines have no version", () => {
  const directory = makeProject({
    pipfile: `[packages]
flask = "==1.0"
jinja2 = "==2.*"
click = ">=8"
bare = "3.0"
tool = {git = "https://me:secret@git.example/tool.git"}
`,
  }).directory;
  const project = readAuditedProject({ directory, lock: undefined }, directory);

  const pins = pipfilePins(project.pipfile, namedIndexes([], usual)).map(
    ({ name, version, origin, line }) => [name, version ?? origin, line],
  );

  expect(pins).toEqual([
    ["flask", "1.0", 2],
    ["jinja2", "index", 3],
    ["click", "index", 4],
    ["bare", "3.0", 5],
    ["tool", "git", 6],
  ]);
  expect(auditLines(project)[0]).toMatchObject({ where: "Pipfile:2", specifier: "==1.0" });
});

test("a lock is audited without a Pipfile, and what is not there is said", () => {
  const { directory } = makeProject({ lock: '{"default": {"flask": {"version": "==1.0"}}}' });
  const read = (lock: string | undefined, where = directory) =>
    readAuditedProject({ directory: where, lock }, directory);

  expect(read(undefined)).toMatchObject({ file: "Pipfile.lock" });
  expect(pinsOf(read("Pipfile.lock"))).toMatchObject([{ name: "flask", line: 1, indexes: [] }]);
  expect(() => read("other.lock")).toThrow("no lock at `other.lock`");
  expect(() => read(undefined, `${directory}/none`)).toThrow("neither a lock nor a Pipfile");
});

const digest = "c".repeat(64);

test("a pylock.toml is audited with the index that its project names, a line for each package", () => {
  const { directory } = makeProject({
    files: {
      "pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["flask"]\n',
      "pylock.toml": `lock-version = "1.0"\ncreated-by = "uv"\n
[[packages]]
name = "flask"
version = "1.0"
wheels = [{ url = "https://files.example/flask-1.0-py3-none-any.whl", hashes = { sha256 = "${digest}" } }]
`,
    },
  });
  const project = readAuditedProject({ directory, lock: undefined }, directory);

  expect(project).toMatchObject({
    file: "pylock.toml",
    kind: "lock",
    pipfileName: "pyproject.toml",
  });
  expect(pinsOf(project)).toMatchObject([{ version: "1.0", hashes: [digest], line: 5 }]);
});

test("of a locked requirements file a line that pins nothing is a pin without a version", () => {
  const lock = `flask==1.0 --hash=sha256:${digest}\nclick>=8\n`;
  const { directory } = makeProject({
    files: { "requirements.in": "flask\n", "requirements.txt": lock },
  });
  const project = readAuditedProject({ directory, lock: undefined }, directory);

  expect(project).toMatchObject({ file: "requirements.txt", kind: "lock" });
  expect(pipfilePins(project.pinned, namedIndexes([], usual))).toMatchObject([
    { name: "flask", version: "1.0", hashes: [digest], line: 1 },
    { name: "click", line: 2 },
  ]);
});

test.each([
  ["lock", `flask==1.0 --hash=sha256:${digest}\n`],
  ["pipfile", "flask==1.0\n"],
])("a requirements.txt on its own is a lock only where every line has a hash: %s", (kind, text) => {
  const { directory } = makeProject({ files: { "requirements.txt": text } });

  const project = readAuditedProject({ directory, lock: undefined }, directory);

  expect(project).toMatchObject({ kind, file: "requirements.txt" });
});

function projectOf(categories: Readonly<Record<string, unknown>>): AuditedProject {
  const lock = JSON.stringify({ ...categories, _meta: { sources } }, undefined, 4);
  const { directory } = makeProject({ lock });
  return readAuditedProject({ directory, lock: undefined }, directory);
}

function pinsOf({ lock, lockText }: AuditedProject, indexes: AuditIndexes = usual) {
  if (lock === undefined || lockText === undefined) throw new Error("there is a lock");
  const sources = lock.meta.sources.map(({ name, url }) => ({
    ...{ name: String(name), url: String(url) },
  }));
  return lockPins({ lock, lockText }, namedIndexes(sources, indexes));
}

function direct(name: string, origin: string, location: string, line: number) {
  return { name, origin, location, hashes: [], extras: [], indexes: [], line };
}
