import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { packageName } from "../python/name.ts";
import { type WheelhouseFile, writeWheelhouse } from "./wheelhouse.ts";

function file(
  folder: string,
  filename: string,
  told: Partial<WheelhouseFile> = {},
): WheelhouseFile {
  const path = join(folder, filename);
  writeFileSync(path, `the bytes of ${filename}`);
  return { name: packageName("web"), filename, sha256: sha256(path), path, ...told };
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function page(house: string, name: string): string {
  return readFileSync(join(house, "simple", name, "index.html"), "utf8");
}

test("a tree has a page for each project, with hashes and what Python a file needs, and nothing unescaped", async () => {
  const root = temporaryFolder();
  const house = join(root, "house");
  const web = file(root, "web-1.0+local-py3-none-any.whl", { requiresPython: '>=3.9,<4"><b>' });

  const made = await writeWheelhouse(house, [web]);

  expect(made).toEqual({ files: 1, bytes: 43 });
  expect(page(house, "web")).toContain(
    `<a href="../../files/web-1.0%2Blocal-py3-none-any.whl#sha256=${web.sha256}" data-requires-python="&gt;=3.9,&lt;4&quot;&gt;&lt;b&gt;">web-1.0+local-py3-none-any.whl</a>`,
  );
  expect(readFileSync(join(house, "simple", "index.html"), "utf8")).toContain(
    '<a href="web/">web</a>',
  );
  expect(readdirSync(root).sort()).toEqual(["house", web.filename]);
});

test("a tree of before holds just the new files afterwards", async () => {
  const root = temporaryFolder();
  const house = join(root, "house");
  const old = file(root, "old-1.0-py3-none-any.whl", { name: packageName("old") });
  const web = file(root, "web-1.0-py3-none-any.whl");
  const newer = file(root, "web-2.0-py3-none-any.whl");
  await writeWheelhouse(house, [old, web]);

  await writeWheelhouse(house, [newer]);

  expect(readdirSync(join(house, "files"))).toEqual(["web-2.0-py3-none-any.whl"]);
  expect(readdirSync(join(house, "simple")).sort()).toEqual(["index.html", "web"]);
  expect(page(house, "web")).not.toContain("web-1.0");
});

test("a file of the tree that was damaged is put right", async () => {
  const root = temporaryFolder();
  const house = join(root, "house");
  const web = file(root, "web-1.0-py3-none-any.whl");
  await writeWheelhouse(house, [web]);
  writeFileSync(join(house, "files", web.filename), "garbage");

  await writeWheelhouse(house, [web]);

  expect(sha256(join(house, "files", web.filename))).toBe(web.sha256);
});

test("a damaged file of the cache gets no place, and no half tree is left", async () => {
  const root = temporaryFolder();
  const house = join(root, "house");
  const web = file(root, "web-1.0-py3-none-any.whl", { sha256: "0".repeat(64) });

  await expect(writeWheelhouse(house, [web])).rejects.toMatchObject({ code: "hash-mismatch" });
  expect(readdirSync(root)).toEqual([web.filename]);
});

test("a folder that holds something else is left alone", async () => {
  const root = temporaryFolder();
  const house = join(root, "house");
  mkdirSync(house);
  writeFileSync(join(house, "thesis.txt"), "years of work");

  await expect(writeWheelhouse(house, [])).rejects.toMatchObject({ code: "usage" });
  expect(readdirSync(house)).toEqual(["thesis.txt"]);
});

test.each(["../evil.whl", "a/b.whl", ".hidden", "", "nul\0.whl", "x".repeat(256)])(
  "a name that leads elsewhere is refused: %j",
  async (filename) => {
    const root = temporaryFolder();
    const source = file(root, "source.whl");

    const made = writeWheelhouse(join(root, "house"), [{ ...source, filename }]);

    await expect(made).rejects.toMatchObject({ code: "index-garbage" });
    expect(existsSync(join(root, "house"))).toBe(false);
  },
);
