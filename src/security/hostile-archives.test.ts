import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { pack } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ArchiveRefused } from "./archive-limits.ts";
import { parseBanditReport } from "./bandit-report.ts";
import type { ScanRun } from "./scanner-process.ts";
import { type Linter, secondOpinion } from "./second-opinion.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-hostile-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Member {
  readonly name: string;
  readonly type?: "file" | "symlink" | "link" | "fifo" | "character-device" | "block-device";
  readonly linkname?: string;
  readonly text?: string;
}

async function tarOf(members: readonly Member[]): Promise<Buffer> {
  const archive = pack();
  for (const { text = "", ...header } of members) archive.entry(header, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Makes an archive of one member; tar knows links, zip does not. */
const formats = {
  "tar.gz": async (member: Member) => gzipSync(await tarOf([member])),
  tgz: async (member: Member) => gzipSync(await tarOf([member])),
  tar: async (member: Member) => tarOf([member]),
  zip: async ({ name, text = "" }: Member) => zipSync({ [name]: strToU8(text) }),
  whl: async ({ name, text = "" }: Member) => zipSync({ [name]: strToU8(text) }),
} as const;

type Format = keyof typeof formats;
const allFormats: readonly Format[] = ["tar.gz", "tgz", "tar", "zip", "whl"];
const tarFormats: readonly Format[] = ["tar.gz", "tar"];

const linter: Linter = {
  name: "bandit",
  version: "1",
  command: "bandit",
  args: [],
  readOnly: [],
  parse: parseBanditReport,
};

/** "refused", or the names under which its files were laid for the linter. */
async function outcome(filename: string, bytes: Uint8Array): Promise<string | readonly string[]> {
  const archivePath = join(folder, "archive");
  writeFileSync(archivePath, bytes);
  const before = readdirSync(folder);
  let laid: readonly string[] = [];
  const run: ScanRun = async ({ args }) => {
    laid = readdirSync(args.at(-1) ?? "", { recursive: true }).map(String);
    const stdout = '{"results": [], "errors": [], "metrics": {"_totals": {"loc": 0}}}';
    const end = { exitCode: 0, signal: undefined, stdout, stderr: "", timedOut: false };
    return { ...end, stopped: undefined, outputTruncated: false, durationMs: 1 };
  };
  try {
    const request = { archivePath, filename, linter, run, linesOfCode: 0, timeoutMs: 1 };
    await secondOpinion(request);
  } catch (error) {
    if (error instanceof ArchiveRefused) return "refused";
    throw error;
  } finally {
    expect(readdirSync(folder)).toEqual(before);
  }
  return laid;
}

const climbing = [
  "../x.py",
  "../../../../../../tmp/x.py",
  "a/../../x.py",
  "a/b/../../../x.py",
  "./../x.py",
  "a/./../../x.py",
  "a/..",
  "..",
  "/x.py",
  "//x.py",
  "/etc/passwd.py",
  "/../x.py",
  "C:/x.py",
  "c:x.py",
  "C:\\x.py",
  "..\\x.py",
  "a\\..\\..\\x.py",
  "\\x.py",
  "\\\\host\\share\\x.py",
  "a/b\\..\\x.py",
] as const;

test.each(allFormats.flatMap((format) => climbing.map((name) => [format, name] as const)))(
  "%s: the path %j is refused",
  async (format, name) => {
    const bytes = await formats[format]({ name, text: "x = 1" });
    expect(await outcome(`a-1.${format}`, bytes)).toBe("refused");
  },
);

const outside = [
  "/etc/passwd",
  "/",
  "../../etc/passwd",
  "../../../x",
  "b/../../../x",
  "..\\..\\..\\x/../../../x",
  "C:/x",
  "\\\\host\\x",
] as const;
const kinds = ["symlink", "link"] as const;
const links = tarFormats.flatMap((format) =>
  kinds.flatMap((type) => outside.map((linkname) => [format, type, linkname] as const)),
);

test.each(links)("%s: a %s to %j is refused", async (format, type, linkname) => {
  const bytes = await formats[format]({ name: "a-1/x.py", type, linkname });
  expect(await outcome(`a-1.${format}`, bytes)).toBe("refused");
});

const odd = [
  "a-1/\u202Eyp.x.py",
  "a-1/\u001B[2J.py",
  "a-1/a b\nc.py",
  "a-1/ .py",
  "a-1/😀.py",
  "a-1/e\u0301.py",
  "a-1/-rf.py",
  "a-1/$(x).py",
  "a-1/CON.py",
  `a-1/${"n".repeat(180)}.py`,
  `${"d/".repeat(100)}x.py`,
  "a-1/.git/x.py",
  "a-1//x.py",
] as const;

test.each(allFormats.flatMap((format) => odd.map((name) => [format, name] as const)))(
  "%s: %j is laid under a number",
  async (format, name) => {
    const bytes = await formats[format]({ name, text: "x = 1" });
    expect(await outcome(`a-1.${format}`, bytes)).toEqual(["0.py"]);
  },
);

const special = ["fifo", "character-device", "block-device"] as const;

test.each(tarFormats.flatMap((format) => special.map((type) => [format, type] as const)))(
  "%s: a %s is no file",
  async (format, type) => {
    const bytes = await formats[format]({ name: "a-1/x.py", type });
    expect(await outcome(`a-1.${format}`, bytes)).toEqual([]);
  },
);

const text = Array.from({ length: 4000 }, (_, at) => `x${at} = ${at * 7919}`).join("\n");
const cuts = [0, 1, 10, 100, 0.3, 0.6, 0.9] as const;

test.each(allFormats.flatMap((format) => cuts.map((cut) => [format, cut] as const)))(
  "%s: cut off at %d it is refused",
  async (format, cut) => {
    const bytes = await formats[format]({ name: "a-1/x.py", text });
    const end = cut === 0 || cut >= 1 ? cut : Math.floor(bytes.length * cut);
    expect(await outcome(`a-1.${format}`, bytes.subarray(0, end))).toBe("refused");
  },
);

test.each([
  ["a member that grows a thousandfold", { name: "a-1/x.py", text: " ".repeat(31_000_000) }],
])("%s is refused in every format", async (_what, member) => {
  for (const format of allFormats) {
    expect(await outcome(`a-1.${format}`, await formats[format](member))).toBe("refused");
  }
});

test("more members than a distribution has are refused in a tar", async () => {
  const member = (await tarOf([{ name: "a-1/x.txt" }])).subarray(0, 512);
  const members = Array.from({ length: 100_001 }, () => member);
  const bytes = gzipSync(Buffer.concat([...members, Buffer.alloc(1024)]), { level: 1 });
  expect(await outcome("a-1.tar.gz", bytes)).toBe("refused");
}, 60_000);

test("more members than a distribution has are refused in a zip", async () => {
  const entries = Array.from({ length: 100_001 }, (_, at) => [`${at}`, new Uint8Array()] as const);
  const bytes = zipSync(Object.fromEntries(entries), { level: 0 });
  expect(await outcome("a-1.zip", bytes)).toBe("refused");
}, 60_000);

/** The end record's field at that place takes another value. */
function patched(bytes: Uint8Array, field: number, change: (value: number) => number): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = copy.length - 22 + field;
  if (field === 8) copy.writeUInt16LE(change(copy.readUInt16LE(at)), at + 2);
  if (field < 12) copy.writeUInt16LE(change(copy.readUInt16LE(at)), at);
  else copy.writeUInt32LE(change(copy.readUInt32LE(at)), at);
  return copy;
}

test.each([
  ["it counts fewer entries than it has", 8, (count: number) => count - 1],
  ["its directory is said to be longer", 12, (size: number) => size + 1],
  ["its directory is said to be shorter", 12, (size: number) => size - 1],
])("a wheel that hides a file from some readers is refused: %s", async (_how, field, change) => {
  const wheel = zipSync({ "a/x.py": strToU8("x = 1"), "a/y.py": strToU8("y = 1") });
  expect(await outcome("a-1-py3-none-any.whl", wheel)).toEqual(["0.py", "1.py"]);
  expect(await outcome("a-1-py3-none-any.whl", patched(wheel, field, change))).toBe("refused");
});

test("a wheel with another archive before it is refused", async () => {
  const [shown, installed] = ["x", "y"].map((name) => zipSync({ [`${name}.py`]: strToU8("1") }));
  const both = Buffer.concat([shown ?? Buffer.alloc(0), installed ?? Buffer.alloc(0)]);
  expect(await outcome("a-1-py3-none-any.whl", both)).toBe("refused");
});

test.each(["tar.gz", "tar", "zip"])("an empty %s is no distribution", async (format) => {
  const empty = format === "zip" ? zipSync({}) : Buffer.alloc(10_240);
  const bytes = format === "tar.gz" ? gzipSync(empty) : empty;
  expect(await outcome(`a-1.${format}`, bytes)).toBe("refused");
});

test("of two members of one name the last is looked at, which is the one that is installed", async () => {
  const members = ["bad", "good"].map((content) => ({ name: "a-1/x.py", text: content }));
  expect(await outcome("a-1.tar.gz", gzipSync(await tarOf(members)))).toEqual(["0.py"]);
});
