import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeLeftovers, storageError, temporaryName, writeAtomic } from "./atomic-write.ts";
import { ThothError } from "./errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-write-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("missing folders are made and nothing but the file is left", () => {
  const path = join(folder, "a", "b", "file.json");
  writeAtomic(path, "one", { temporaryFolder: join(folder, "tmp") });
  writeAtomic(path, new Uint8Array([0x74, 0x77, 0x6f]), { durable: true });
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(readdirSync(join(folder, "a", "b"))).toEqual(["file.json"]);
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
});

test("a write that fails leaves the old file and no other", () => {
  mkdirSync(join(folder, "target", "full"), { recursive: true });
  expect(() => writeAtomic(join(folder, "target"), "new")).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(["target"]);
});

test.each([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EROFS", "store-unwritable"],
  ["EACCES", "store-unwritable"],
  ["ENOTDIR", "store-unwritable"],
])("%s is the user's to mend: %s", (code, expected) => {
  const cause = Object.assign(new Error("from the system"), { code });
  const error = storageError(cause, "/some/store", "store-unwritable");
  expect(error).toBeInstanceOf(ThothError);
  expect(error).toMatchObject({ code: expected, cause, hint: expect.any(String) });
});

test("any other error stays what it is", () => {
  const cause = Object.assign(new Error("from the system"), { code: "EIO" });
  expect(storageError(cause, "/some/store", "store-unwritable")).toBe(cause);
  expect(storageError("text", "/some/store", "store-unwritable")).toBe("text");
});

test("leftovers of dead processes and very old ones are removed, others stay", () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const files: [string, Date][] = [
    ["dead.json.111.abc.tmp", hoursAgo(0.1)],
    ["dead-but-new.json.111.abd.tmp", hoursAgo(0)],
    ["alive.json.222.abe.tmp", hoursAgo(0.1)],
    ["alive-but-old.json.222.abf.tmp", hoursAgo(2)],
    ["store.json", hoursAgo(99)],
  ];
  for (const [name, time] of files) {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), time, time);
  }
  expect(removeLeftovers(folder, (pid) => pid === 222)).toBe(2);
  expect(readdirSync(folder)).toEqual([
    "alive.json.222.abe.tmp",
    "dead-but-new.json.111.abd.tmp",
    "store.json",
  ]);
  expect(removeLeftovers(join(folder, "absent"), () => true)).toBe(0);
});

test("two temporary names are never the same", () => {
  const names = Array.from({ length: 1000 }, () => temporaryName("x"));
  expect(new Set(names).size).toBe(1000);
  expect(names[0]).toMatch(new RegExp(`^x\\.${process.pid}\\.[0-9a-z]+\\.tmp$`));
});

test.runIf(process.getuid?.() !== 0)(
  "a folder without permission is an error of the system",
  () => {
    chmodSync(folder, 0o500);
    expect(() => writeAtomic(join(folder, "file"), "x")).toThrow(
      expect.objectContaining({ code: "EACCES" }),
    );
    chmodSync(folder, 0o700);
  },
);
