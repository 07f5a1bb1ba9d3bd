import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles, temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import type { TestIndex } from "../../fixtures/index-server.ts";
import { wheel } from "../../fixtures/packages.ts";
import { indexSource } from "./index-source.ts";

const file = wheel({ name: "demo", version: "1.0" });

function details(index: TestIndex, known: object = {}) {
  return {
    filename: file.filename,
    url: `${index.origin}/files/${file.filename}`,
    sha256: file.sha256,
    size: file.bytes.length,
    ...known,
  };
}

test("a file lies in the cache under its hash and its own name, and is fetched once", async () => {
  const index = await testIndex({ files: [file] });
  const cacheDir = temporaryFolder();
  const client = testClient({ cacheDir });
  const path = join(cacheDir, "files", file.sha256.slice(0, 2), file.sha256, file.filename);

  expect(await client.download(indexSource(index.url), details(index))).toEqual({
    kind: "file",
    path,
  });
  expect(await client.download(indexSource(index.url), details(index))).toEqual({
    kind: "file",
    path,
  });

  expect(Object.keys(readFiles(cacheDir))).toEqual([path.slice(cacheDir.length + 1)]);
  expect(index.requests()).toHaveLength(1);
});

test("a file that is not the one the index lists is refused and leaves nothing behind", async () => {
  const index = await testIndex({ files: [file] });
  index.fail(`/files/${file.filename}`, { kind: "corrupt" });
  const cacheDir = temporaryFolder();

  const download = testClient({ cacheDir }).download(indexSource(index.url), details(index));

  await expect(download).rejects.toMatchObject({
    code: "hash-mismatch",
    message: `\`${file.filename}\` is not the file that the index lists`,
  });
  expect(readFiles(cacheDir)).toEqual({});
});

test("a download that breaks off is started again", async () => {
  const index = await testIndex({ files: [file] });
  index.fail(`/files/${file.filename}`, { kind: "truncate", afterBytes: 50, times: 2 });
  const cacheDir = temporaryFolder();

  const answer = await testClient({ cacheDir }).download(indexSource(index.url), details(index));

  expect(answer.kind).toBe("file");
  expect(Object.keys(readFiles(cacheDir))).toHaveLength(1);
});

test("a file in the cache that has another size is fetched again", async () => {
  const index = await testIndex({ files: [file] });
  const cacheDir = temporaryFolder();
  const path = `files/${file.sha256.slice(0, 2)}/${file.sha256}/${file.filename}`;
  writeFiles(cacheDir, { [path]: "half" });

  await testClient({ cacheDir }).download(indexSource(index.url), details(index));

  expect(readFiles(cacheDir)[path]?.length).toBeGreaterThan(4);
});

test("a file that its index no longer has is absent", async () => {
  const index = await testIndex();

  expect(await testClient().download(indexSource(index.url), details(index))).toEqual({
    kind: "absent",
    reason: `\`${file.filename}\` is gone (404)`,
  });
});

test("a longer file than announced is cut off", async () => {
  const index = await testIndex({ files: [file] });
  const client = testClient();

  const download = client.download(indexSource(index.url), details(index, { size: 100 }));

  await expect(download).rejects.toMatchObject({
    code: "index-garbage",
    message: expect.stringContaining("more than 100 bytes"),
  });
});

test("a name that leads out of the cache is never used", async () => {
  const index = await testIndex({ files: [file] });

  const download = testClient().download(
    indexSource(index.url),
    details(index, { filename: "../x" }),
  );

  await expect(download).rejects.toThrow("not a file name");
});

test("a cache that can't be written is told", async () => {
  const index = await testIndex({ files: [file] });
  const folder = temporaryFolder();
  writeFiles(folder, { cache: "a file in the way" });
  const client = testClient({ cacheDir: join(folder, "cache") });

  await expect(client.download(indexSource(index.url), details(index))).rejects.toMatchObject({
    code: "store-unwritable",
    message: `\`${join(folder, "cache")}\` can't be written (ENOTDIR)`,
    hint: "choose another folder with THOTH_CACHE",
  });
});
