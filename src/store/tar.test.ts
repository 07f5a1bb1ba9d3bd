import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readTar, tarEnd, tarHeader, tarPadding } from "./tar.ts";

const long = `packages/${"i".repeat(65)}/ab/${"n".repeat(60)}/installed-${"r".repeat(30)}.json`;
const files = { "a.json": "{}", "b/empty": "", [long]: "x".repeat(70_000) };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function tarOf(contents: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(contents).flatMap(([path, text]) => {
    const header = tarHeader(path, text.length);
    if (header === undefined) throw new Error(path);
    return [header, Buffer.from(text), tarPadding(text.length)];
  });
  return Buffer.concat([...parts, tarEnd]);
}

async function* inChunks(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function read(bytes: Buffer, length = 64): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path, body } of readTar(inChunks(bytes, length))) {
    found[path] = "";
    for await (const part of body) found[path] += part.toString("latin1");
  }
  return found;
}

test("what was written is read, however the chunks fall", async () => {
  const bytes = tarOf(files);
  for (const length of [1, 100, 512, 1000, 1 << 20]) {
    expect(await read(bytes, length)).toEqual(files);
  }
});

test("the system's tar lists and unpacks it", () => {
  const path = join(folder, "a.tar");
  writeFileSync(path, tarOf(files));
  const listing = execFileSync("tar", ["-tvf", path], { encoding: "utf8", env: { TZ: "UTC" } });
  expect(listing).toContain("-rw-r--r-- 0/0               2 1970-01-01 00:00 a.json\n");
  execFileSync("tar", ["-xf", path, "-C", folder]);
  expect(readFileSync(join(folder, long), "utf8")).toBe(files[long]);
});

test("a path without room in a header has none", () => {
  expect(tarHeader("n".repeat(101), 0)).toBeUndefined();
  expect(tarHeader(`${"d/".repeat(150)}n`, 0)).toBeUndefined();
});

test.each([
  ["a link", "ln -s /etc/passwd a.json"],
  ["a hard link", "echo x > a.json; ln a.json b.json"],
  ["a folder", "mkdir a.json"],
  ["a named pipe", "mkfifo a.json"],
  ["another owner and time", "echo x > a.json"],
  ["a path that only an extension has room for", `f=$(printf 'n%.0s' {1..150}); echo x > $f`],
])("what tar makes of %s is refused", async (_, make) => {
  execFileSync("bash", ["-c", `${make}; tar -cf thoth.tar --exclude=thoth.tar *`], {
    cwd: folder,
  });
  await expect(read(readFileSync(join(folder, "thoth.tar")))).rejects.toThrow(
    "something else than plain files",
  );
});

test("an archive that was cut anywhere, or goes on, is refused", async () => {
  const bytes = tarOf({ "a.json": "{}" });
  for (let length = 0; length < bytes.length - 512; length += 1) {
    await expect(read(bytes.subarray(0, length))).rejects.toThrow("it ends too early");
  }
  await expect(read(Buffer.concat([bytes, Buffer.from("more")]))).rejects.toThrow(
    "something follows its end",
  );
});

test("no byte outside the files' own can be another", async () => {
  const bytes = tarOf({ "a.json": "{}" });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length - 1).filter((at) => at < 512 || at > 513),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        await expect(read(changed)).rejects.toThrow();
      },
    ),
  );
});
