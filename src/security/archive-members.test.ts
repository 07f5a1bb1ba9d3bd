import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { pack } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ArchiveLimits, ArchiveRefused, defaultLimits } from "./archive-limits.ts";
import { readMembers } from "./archive-members.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-members-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Member {
  readonly name: string;
  readonly type?: "file" | "symlink" | "link" | "fifo" | "directory";
  readonly linkname?: string;
  readonly text?: string;
}

async function tarGz(members: readonly Member[]): Promise<Buffer> {
  const archive = pack();
  for (const { text = "", ...header } of members) archive.entry(header, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

async function read(
  filename: string,
  bytes: Uint8Array,
  limits: Partial<ArchiveLimits> = {},
): Promise<readonly string[]> {
  const archivePath = join(folder, "archive");
  writeFileSync(archivePath, bytes);
  const found: string[] = [];
  await readMembers({
    archivePath,
    filename,
    limits: { ...defaultLimits, ...limits },
    wants: (path) => path.endsWith(".py"),
    take: async (path, content) => {
      found.push(`${path}: ${content.toString()}`);
    },
  });
  return found;
}

async function refusal(...args: Parameters<typeof read>): Promise<string> {
  const error: unknown = await read(...args).catch((thrown: unknown) => thrown);
  if (!(error instanceof ArchiveRefused)) throw new Error(`not refused: ${String(error)}`);
  return `${error.reason}: ${error.message}`;
}

test("a wheel gives the wanted files", async () => {
  const bytes = zipSync({ "a/x.py": strToU8("x = 1"), "a/data.bin": strToU8("no") });

  expect(await read("a-1-py3-none-any.whl", bytes)).toEqual(["a/x.py: x = 1"]);
});

test("an sdist gives the wanted regular files; links and pipes are never followed", async () => {
  const bytes = await tarGz([
    { name: "a-1/", type: "directory" },
    { name: "a-1/x.py", text: "x = 1" },
    { name: "a-1/README", text: "no" },
    { name: "a-1/inside.py", type: "symlink", linkname: "../a-1/x.py" },
    { name: "a-1/hard.py", type: "link", linkname: "a-1/x.py" },
    { name: "a-1/pipe.py", type: "fifo" },
    { name: "a-1/y.py", text: "y = 2" },
  ]);

  expect(await read("a-1.tar.gz", bytes)).toEqual(["a-1/x.py: x = 1", "a-1/y.py: y = 2"]);
});

test("a zip that is called .tar.gz is read as pip reads it; what is both is refused", async () => {
  const zip = zipSync({ "a-1/x.py": strToU8("x = 1") });
  const tar = await tarGz([{ name: "a-1/y.py", text: "y = 2" }]);

  expect(await read("a-1.tar.gz", zip)).toEqual(["a-1/x.py: x = 1"]);
  expect(await refusal("a-1.tar.gz", Buffer.concat([tar, zip]))).toBe(
    "bad-archive: it can be read as a zip and as a tar",
  );
});

test.each([
  ["climbing", { name: "a-1/../../etc/x.py", text: "x" }],
  ["absolute", { name: "/etc/x.py", text: "x" }],
  ["of Windows", { name: "C:\\x.py", text: "x" }],
  ["that is not even wanted", { name: "../x.txt", text: "x" }],
])("an sdist with a path that is %s is refused", async (_what, member) => {
  expect(await refusal("a-1.tar.gz", await tarGz([member]))).toMatch(
    /^bad-archive: a member's path leaves the archive/,
  );
});

test.each([
  ["symlink", "../../secret.py"],
  ["symlink", "/etc/passwd"],
  ["symlink", "b/../../../secret.py"],
  ["link", "../secret.py"],
] as const)("an sdist with a %s to %s is refused", async (type, linkname) => {
  const bytes = await tarGz([{ name: "a-1/x.py", type, linkname }]);

  expect(await refusal("a-1.tar.gz", bytes)).toBe(
    `bad-archive: a link leaves the archive: a-1/x.py -> ${linkname}`,
  );
});

test("a wheel with a climbing path is refused", async () => {
  const bytes = zipSync({ "../x.py": strToU8("x = 1") });

  expect(await refusal("a-1-py3-none-any.whl", bytes)).toMatch(/^bad-archive: /);
});

test("a symbolic link in a wheel is no file", async () => {
  const link = { os: 3, attrs: 0o120777 * 0x10000 };
  const bytes = zipSync({ "a/x.py": [strToU8("/etc/passwd"), link] });

  expect(await read("a-1-py3-none-any.whl", bytes)).toEqual([]);
});

const large = "#".repeat(50_000);

test.each([
  ["members", { members: 2 }],
  ["bytes in one file", { memberBytes: 10_000 }],
  ["bytes of code", { keptBytes: 120_000 }],
  ["bytes", { totalBytes: 120_000 }],
])("an archive with too many %s is refused, whatever its format", async (_what, limits) => {
  const names = ["a.py", "b.py", "c.py"];
  const tar = await tarGz(names.map((name) => ({ name, text: large })));
  const zip = zipSync(Object.fromEntries(names.map((name) => [name, strToU8(large)])));

  expect(await refusal("a-1.tar.gz", tar, limits)).toMatch(/^too-large: /);
  expect(await refusal("a-1-py3-none-any.whl", zip, limits)).toMatch(/^too-large: /);
});

test("damaged archives are refused", async () => {
  const tar = await tarGz([{ name: "a.py", text: "x".repeat(100_000) }]);
  const zip = zipSync({ "a.py": strToU8("x = 1") });
  const damaged = [
    ["a-1.tar.gz", strToU8("no gzip")],
    ["a-1.tar.gz", tar.subarray(0, tar.length - 20)],
    ["a-1.tar.gz", gzipSync(strToU8("no tar".repeat(200)))],
    ["a-1-py3-none-any.whl", strToU8("no zip")],
    ["a-1-py3-none-any.whl", zip.subarray(0, zip.length - 30)],
    ["a-1.tar.bz2", tar],
  ] as const;

  for (const [filename, bytes] of damaged) {
    expect(await refusal(filename, bytes)).toMatch(/^bad-archive: /);
  }
});

test("a wheel that lies about a size is refused", async () => {
  const zip = Buffer.from(zipSync({ "a.py": strToU8("x".repeat(1000)) }));
  const directory = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  zip.writeUInt32LE(10, directory + 24);

  expect(await refusal("a-1-py3-none-any.whl", zip)).toMatch(/^bad-archive: /);
});

test("reading stops when it is cancelled", async () => {
  const archivePath = join(folder, "archive");
  writeFileSync(archivePath, await tarGz([{ name: "a.py", text: "x" }]));
  const reading = readMembers({
    archivePath,
    filename: "a-1.tar.gz",
    limits: defaultLimits,
    signal: AbortSignal.abort(new Error("enough")),
    wants: () => true,
    take: async () => {},
  });

  await expect(reading).rejects.toThrow("enough");
});
