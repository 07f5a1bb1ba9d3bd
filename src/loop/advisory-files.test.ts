import { execFileSync } from "node:child_process";
import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { osvZip } from "../../fixtures/advisories.ts";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { archiveInFolder, filesOfArchive, filesOfFolder, readArchive } from "./advisory-files.ts";

const { signal } = new AbortController();

async function inArchive(path: string): Promise<readonly string[]> {
  return namesOf(filesOfArchive(await readArchive(path, signal)));
}

async function namesOf(files: ReturnType<typeof filesOfArchive>): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of files) names.push(name);
  return names;
}

function written(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), "all.zip");
  writeFileSync(path, bytes);
  return path;
}

test("the records of a zip are its JSON and YAML members, hidden ones and others left out", async () => {
  const others = { "README.md": "", "b.yaml": "id: b", ".github/x.yml": "", "deep/c.yml": "" };

  const path = written(osvZip([{ id: "A-1" }], others));

  expect(await inArchive(path)).toEqual(["A-1.json", "b.yaml", "deep/c.yml"]);
});

test.each(["", "advisory-database-main/"])(
  "of a database of the PyPA (below %j) only vulns holds records",
  async (top) => {
    const others = { [`${top}vulns/core/P-1.yaml`]: "", [`${top}mkdocs.yml`]: "" };

    const path = written(osvZip([], others));

    expect(await inArchive(path)).toEqual([`${top}vulns/core/P-1.yaml`]);
  },
);

test.each(["../up.json", "a/../../up.json", "/etc/up.json", "C:/up.json", "a\\up.json"])(
  "an archive with a member %s is refused as a whole",
  async (name) => {
    const path = written(osvZip([{ id: "A-1" }], { [name]: "{}" }));

    await expect(inArchive(path)).rejects.toThrow("it has a member");
  },
);

/** A zip of one member whose header says what is asked for, true or not. */
function forged(data: Buffer, size: number, flags = 0): Uint8Array {
  const name = Buffer.from("a.json");
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(size, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(flags, 8);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(size, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + data.length, 16);
  return Buffer.concat([local, name, data, central, name, end]);
}

const bomb = deflateRawSync(Buffer.alloc(100e6));

test.each([
  ["a bomb that says so", forged(bomb, 100e6), "a.json has 100000000 bytes"],
  ["a bomb that says otherwise", forged(bomb, 10), "a.json is damaged"],
  ["a member with another checksum", forged(deflateRawSync(Buffer.from("{}")), 2), "is damaged"],
  ["a locked member", forged(deflateRawSync(Buffer.from("{}")), 2, 1), "is encrypted"],
  ["no zip", Buffer.from("PK\u0003\u0004 and nothing of it"), "it is no readable zip"],
  ["nothing", Buffer.alloc(0), "it is no readable zip"],
])("%s is refused", async (_what, bytes, reason) => {
  await expect(inArchive(written(bytes))).rejects.toThrow(reason);
});

test("an archive that is cut short anywhere is refused", async () => {
  const whole = osvZip([{ id: "A-1" }, { id: "A-2" }]);
  for (let length = 0; length < whole.length; length += 7) {
    const path = written(whole);
    truncateSync(path, length);
    await expect(inArchive(path)).rejects.toThrow();
  }
});

test("a folder is read to its depth, without following links", async () => {
  const folder = temporaryFolder();
  const outside = temporaryFolder();
  writeFiles(outside, { "secret.json": "{}" });
  writeFiles(folder, { "b/x.json": "{}", "a.yaml": "id: a", "c.txt": "", ".git/y.json": "" });
  symlinkSync(join(outside, "secret.json"), join(folder, "link.json"));
  symlinkSync(outside, join(folder, "linked"));

  expect(await namesOf(filesOfFolder(folder, signal))).toEqual(["a.yaml", "b/x.json"]);
});

test("what is no regular file, or too large, is refused before it is read", async () => {
  const folder = temporaryFolder();
  const [pipe, huge] = [join(folder, "pipe"), join(folder, "all.zip")];
  execFileSync("sh", ["-c", `mkfifo "$0"`, pipe]);
  writeFileSync(huge, "");
  truncateSync(huge, 300e6);
  writeFiles(folder, { "db/a.json": "{}" });
  truncateSync(join(folder, "db", "a.json"), 6e6);

  for (const path of ["/dev/zero", pipe, folder])
    await expect(readArchive(path, signal)).rejects.toThrow("it is no regular file");
  await expect(readArchive(huge, signal)).rejects.toThrow("it has 300000000 bytes");
  await expect(namesOf(filesOfFolder(join(folder, "db"), signal))).rejects.toThrow(
    "a.json: it has 6000000 bytes",
  );
});

test("whoever stops while a file is read is heard", async () => {
  const path = written(osvZip([{ id: "A-1" }]));

  await expect(readArchive(path, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
});

test.each(["all.zip", "PyPI/all.zip", "osv-scanner/PyPI/all.zip", "osv-scalibr/PyPI/all.zip"])(
  "a folder with %s is that archive",
  async (layout) => {
    const folder = temporaryFolder();
    expect(await archiveInFolder(folder)).toBeUndefined();

    writeFiles(folder, { [layout]: "" });

    expect(await archiveInFolder(folder)).toBe(join(folder, layout));
  },
);
