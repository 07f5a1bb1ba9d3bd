import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { archiveBytes } from "./archive.ts";
import { openJsonStore } from "./json-store.ts";
import { exportKnowledge } from "./knowledge-export.ts";
import { importKnowledge } from "./knowledge-import.ts";
import { examplePage } from "./store-example.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const runtime = runtimeId("cp311");
const key = "packages/index-example-simple-b7b233f55a1540b1";
const page = `${key}/fl/flask/releases.json`;
const facts = `${key}/fl/flask/installed-cp311.json`;
const now = Date.UTC(2026, 5, 1);
const manifest = { store: "0a0b0c0d", revision: 2, program: "1.2.3", since: [] };

let root: string;
let archive: string;
/** The files of a good archive, in their order. */
let good: Map<string, string>;
let folder: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "thoth-import-"));
  archive = join(root, "good.tar.gz");
  const store = openJsonStore(join(root, "store"));
  store.putPage(examplePage(Date.UTC(2026, 0, 1), "3.0.3", "3.0.2"));
  store.putInstalled({ name: flask, version: "3.0.3", index }, runtime, {
    outcome: "ok",
    modules: ["flask"],
    tools: { pip: "23.2.1" },
    durationMs: 1200,
    observedAt: "2026-01-02T03:04:05.000Z",
  });
  await store.flush();
  const { signal } = new AbortController();
  const request = { store: join(root, "store"), output: archive, since: [], program: "1", now };
  await exportKnowledge({ ...request, signal });
  good = new Map(
    [facts, page].map((path) => [path, readFileSync(join(root, "store", path), "utf8")]),
  );
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(root, "case-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes an archive that is in order but for what its files are and say. */
async function made(
  files: Iterable<readonly [string, string]>,
  edit: (tar: Buffer) => Buffer = (tar) => tar,
): Promise<string> {
  const members = async function* () {
    for (const [path, text] of files) {
      const bytes = Buffer.from(text);
      yield { path, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
    }
  };
  const parts: Buffer[] = [];
  for await (const part of archiveBytes(members(), manifest)) parts.push(part);
  const path = join(folder, "made.tar.gz");
  writeFileSync(path, gzipSync(edit(Buffer.concat(parts))));
  return path;
}

/** The good files with one edited. */
function edited(path: string, from: string | RegExp, to: string): Map<string, string> {
  const text = good.get(path) ?? "";
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to edit: ${String(from)}`);
  return new Map(good).set(path, changed);
}

async function refusal(path: string): Promise<string> {
  const { signal } = new AbortController();
  const store = join(folder, "store");
  const request = { store, archive: path, verifyOnly: false, now, signal };
  const run = importKnowledge({ ...request, onStage: () => undefined });
  const error: unknown = await run.then(
    () => "imported",
    (reason: unknown) => reason,
  );
  if (error === "imported") return error;
  expect(error).toMatchObject({ code: "bad-archive" });
  expect(readdirSync(folder)).not.toContain("store");
  return error instanceof Error ? error.message.replace(/^`[^`]*` can't be taken: /, "") : "";
}

test("the files of a good archive, put together again, are imported", async () => {
  expect(await refusal(await made(good))).toBe("imported");
  expect(await refusal(archive)).toBe("imported");
});

test.each([
  "/etc/passwd",
  "../../etc/passwd",
  `${key}/fl/../fl/flask/releases.json`,
  `${key}/fl/Flask/releases.json`,
  `${key}/fl/flask/./releases.json`,
  `${key}//fl/flask/releases.json`,
  `${key}/fl/flask-2/releases.json`,
  "packages/other/fl/flask/releases.json",
  "queue/journal.jsonl",
  "store.json",
  "sources/flask.json",
])("a list of releases at %s is refused", async (path) => {
  expect(await refusal(await made([[path, good.get(page) ?? ""]]))).not.toBe("imported");
});

test.each<[string, string, string | RegExp, string]>([
  ["another package", page, '"name":"flask"', '"name":"flusk"'],
  ["an index with credentials", page, "https://index.example", "https://me:pw@index.example"],
  ["a file's address with credentials", page, "https://files", "https://me:pw@files"],
  ["a file's address that is a path", page, "https://files.example", "file:///etc"],
  ["a file's name that is a path", page, /flask-3.0.3.tar.gz/g, "../flask-3.0.3.tar.gz"],
  ["a digest that is none", page, /"sha256":"0/, '"sha256":"x'],
  ["releases out of order", page, /3\.0\.2/g, "3.0.4"],
  ["a version that is none", page, /"version":"3.0.3"/g, '"version":"latest"'],
  ["a version that is not normalised", page, /"version":"3.0.3"/g, '"version":"v3.0.3"'],
  ["a check in the future", page, '"checkedAt":1767225600000', '"checkedAt":1980000000000'],
  ["a check at no time", page, '"checkedAt":1767225600000', '"checkedAt":-1'],
  ["an observation in the future", facts, "2026-01-02", "2026-09-02"],
  ["a time that is none", facts, "2026-01-02T03:04:05.000Z", "now"],
  ["an outcome that is unknown", facts, '"ok"', '"fine"'],
  ["modules that are no texts", facts, '["flask"]', "[7]"],
  ["tools that are no texts", facts, '"23.2.1"', "{}"],
  ["something nested that nobody knows", facts, '"modules"', '"x":{"y":[]},"modules"'],
  ["the same fact twice", facts, /(\["3.0.3",.*\])/, "$1,\n$1"],
  ["facts of an unknown kind", facts, '"installed"', '"rumours"'],
  ["another runtime", facts, '"runtime":"cp311"', '"runtime":"cp312"'],
  ["a file that a newer Thoth wrote", facts, '"1.0.0"', '"2.0.0"'],
  ["no JSON", facts, "{", "["],
])("an archive with %s is refused", async (_, path, from, to) => {
  const reason = await refusal(await made(edited(path, from, to)));
  expect(reason).toContain(`${path}: `);
});

test("two spellings of one version that an index lists are two releases", async () => {
  expect(await refusal(await made(edited(page, /3\.0\.2/g, "3.0.3")))).toContain("no sound list");
  expect(await refusal(await made(edited(page, /3\.0\.2/g, "3.0.3.0")))).toBe("imported");
});

test("a fact that says more than is known here is taken", async () => {
  const more = edited(facts, '"modules"', '"score":7,"modules"');
  expect(await refusal(await made(more))).toBe("imported");
});

test("files out of order or twice are refused", async () => {
  const [first, second] = [...good];
  if (first === undefined || second === undefined) throw new Error("two files");
  expect(await refusal(await made([second, first]))).toContain("is not in its place");
  expect(await refusal(await made([first, first]))).toContain("is not in its place");
});

test.each<[string, string | RegExp, string, string]>([
  ["a later format", '"version":"1.0"', '"version":"2.0"', "a newer Thoth wrote it"],
  ["another schema", "thoth.knowledge-archive", "thoth.knowledge-archiwe", "no archive"],
  ["another digest", /"sha256":"(.)/, '"sha256":"_', "not those that its manifest names"],
  ["another size", /"size":(.)/, '"size":9', "not those that its manifest names"],
])("a manifest with %s is refused", async (_, from, to, reason) => {
  const edit = (tar: Buffer) => {
    const text = tar.toString("latin1");
    const start = text.lastIndexOf('{"schema":"thoth.knowledge-archive"');
    return Buffer.from(text.slice(0, start) + text.slice(start).replace(from, to), "latin1");
  };
  expect(await refusal(await made(good, edit))).toContain(reason);
});

test("a newer format says so, whatever its files are", async () => {
  const edit = (tar: Buffer) =>
    Buffer.from(tar.toString("latin1").replace('"version":"1.0"', '"version":"3.1"'), "latin1");
  const path = await made([["packages/new/layout.bin", "?"]], edit);
  expect(await refusal(path)).toBe("a newer Thoth wrote it");
});

test("a file that would fill the memory is refused before it does", async () => {
  const huge = [[page, " ".repeat(70 * 1024 * 1024)] as const];
  expect(await refusal(await made(huge))).toContain("is too large");
});

test.each([
  ["links", "mkdir -p packages; ln -s /etc packages/x"],
  ["devices", "mkdir -p packages; mkfifo packages/x"],
  ["plain files of another program", "mkdir -p packages; echo x > packages/x"],
])("%s in a tar.gz are refused", async (_, make) => {
  execFileSync("bash", ["-c", `${make}; tar -czf made.tar.gz packages`], { cwd: folder });
  rmSync(join(folder, "packages"), { recursive: true });
  const reason = await refusal(join(folder, "made.tar.gz"));
  expect(reason).toContain("something else than plain files");
});

test.each([
  ["no gzip", "hello"],
  ["empty", ""],
])("a file that is %s is refused", async (_, content) => {
  writeFileSync(join(folder, "x"), content);
  expect(await refusal(join(folder, "x"))).not.toBe("imported");
  expect(await refusal(join(folder, "absent"))).toContain("can't be read");
});

test("an archive with any one bit changed is refused, or says the same", async () => {
  const bytes = readFileSync(archive);
  const before = gunzipSync(bytes);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      writeFileSync(join(folder, "x"), changed);
      const reason = await refusal(join(folder, "x"));
      if (reason === "imported") expect(gunzipSync(changed).equals(before)).toBe(true);
      rmSync(join(folder, "store"), { recursive: true, force: true });
    }),
    { numRuns: 300 },
  );
});

test("an archive that was cut anywhere is refused", async () => {
  const bytes = readFileSync(archive);
  for (let length = 0; length < bytes.length; length += 7) {
    writeFileSync(join(folder, "x"), bytes.subarray(0, length));
    expect(await refusal(join(folder, "x"))).not.toBe("imported");
  }
});
