import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import type { TestIndex } from "../../fixtures/index-server.ts";
import { type Distribution, sdist, wheel } from "../../fixtures/packages.ts";
import { packageName } from "../python/name.ts";
import type { IndexClient } from "./index-client.ts";
import { indexSource } from "./index-source.ts";

const demo = packageName("demo");
const small = wheel({ name: "demo", version: "1.0", requires: ["click>=8"] });
// Incompressible text: METADATA then stands far from the end, and the directory is long.
const modules = Object.fromEntries(
  Array.from({ length: 900 }, (_unused, at) => [
    `demo/module_${at}_${"x".repeat(200)}.py`,
    Array.from({ length: 30 }, (_each, line) => `${Math.sin(at * 31 + line)}`).join("\n"),
  ]),
);
const large = wheel({ name: "demo", version: "1.0", requires: ["click>=8"], files: modules });

function ask(client: IndexClient, index: TestIndex, file: Distribution, known: object = {}) {
  return client.metadata(
    indexSource(index.url),
    {
      filename: file.filename,
      url: `${index.origin}/files/${file.filename}`,
      sha256: file.sha256,
      size: file.bytes.length,
      ...known,
    },
    demo,
  );
}

test("a wheel's metadata file is one request, announced or not", async () => {
  const index = await testIndex({ files: [{ distribution: small, metadata: "unannounced" }] });

  expect(await ask(testClient(), index, small)).toEqual({
    kind: "metadata",
    text: small.metadata,
    via: "metadata-file",
    dynamic: false,
  });
  expect(index.requests().map(({ path }) => path)).toEqual([`/files/${small.filename}.metadata`]);
});

test.each([
  ["a small wheel", small, { size: small.bytes.length }],
  ["a large wheel", large, { size: large.bytes.length }],
  ["a wheel of unknown size", large, { size: undefined }],
])("%s without metadata file is read by ranges", async (_what, file, known) => {
  const index = await testIndex({ files: [{ distribution: file, metadata: "absent" }] });

  expect(await ask(testClient(), index, file, known)).toEqual({
    kind: "metadata",
    text: file.metadata,
    via: "range",
    dynamic: false,
  });
  const [miss, ...ranges] = index.requests();
  expect(miss?.status).toBe(404);
  expect(new Set(ranges.map(({ status }) => status))).toEqual(new Set([206]));
});

test("without ranges the whole wheel is fetched, and its host is not asked for ranges again", async () => {
  const index = await testIndex({
    files: [{ distribution: small, metadata: "absent" }],
    ranges: false,
  });
  const client = testClient();

  expect(await ask(client, index, small)).toMatchObject({ text: small.metadata, via: "wheel" });
  expect(index.requests().filter(({ range }) => range !== undefined)).toHaveLength(1);
  index.forgetRequests();

  const again = wheel({ name: "demo", version: "1.1" });
  index.add({ distribution: again, metadata: "absent" });
  await ask(client, index, again);
  expect(index.requests().filter(({ range }) => range !== undefined)).toHaveLength(0);
});

test("a page that answers 200 in place of a metadata file is not believed", async () => {
  const index = await testIndex({ files: [small] });
  index.fail(`/files/${small.filename}.metadata`, { kind: "garbage", body: "<html>hello</html>" });

  expect(await ask(testClient(), index, small)).toMatchObject({
    text: small.metadata,
    via: "range",
  });
});

test("a store that answers 403 for what it lacks is asked for the wheel itself", async () => {
  const index = await testIndex({ files: [small] });
  index.fail(`/files/${small.filename}.metadata`, { kind: "status", status: 403 });

  expect(await ask(testClient(), index, small)).toMatchObject({ via: "range" });
});

test("a metadata file with a wrong hash is refused", async () => {
  const index = await testIndex({ files: [small] });

  const asked = ask(testClient(), index, small, { metadataSha256: "0".repeat(64) });

  await expect(asked).rejects.toMatchObject({
    code: "hash-mismatch",
    message: `\`${small.filename}.metadata\` is not the file that the index lists`,
  });
});

test("after three misses newer files are read by ranges at once, older ones still asked for", async () => {
  const versions = ["1.1", "1.2", "1.3", "1.4", "1.5"].map((version) =>
    wheel({ name: "demo", version }),
  );
  const index = await testIndex({
    files: versions.map((distribution) => ({ distribution, metadata: "absent" as const })),
  });
  const client = testClient();
  for (const [at, file] of versions.slice(0, 3).entries()) {
    await ask(client, index, file, { uploadedAt: `2026-01-0${at + 1}` });
  }
  index.forgetRequests();
  const [newer = small, older = small] = versions.slice(3);

  await ask(client, index, newer, { uploadedAt: "2026-02-01" });
  expect(index.requests().map(({ status }) => status)).toEqual([206]);

  await ask(client, index, older, { uploadedAt: "2025-01-01" });
  expect(index.requests().map(({ status }) => status)).toEqual([206, 404, 206]);
});

test("a wheel whose METADATA is another project's is bad", async () => {
  const bytes = zipSync({ "other-1.0.dist-info/METADATA": Buffer.from("Name: other\n") });
  const file = { ...small, bytes, sha256: "" };
  const index = await testIndex({ files: [{ distribution: file, metadata: "absent" }] });

  expect(await ask(testClient(), index, file, { sha256: undefined })).toEqual({
    kind: "bad",
    failure: "bad-archive",
    reason: "it has no METADATA of its project",
  });
});

test("a damaged wheel is bad", async () => {
  const file = { ...small, bytes: Buffer.from("this is no zip at all, whatever its name") };
  const index = await testIndex({ files: [{ distribution: file, metadata: "absent" }] });

  expect(await ask(testClient(), index, file, { sha256: undefined })).toMatchObject({
    kind: "bad",
    failure: "bad-archive",
  });
});

test("a file that is gone is absent", async () => {
  const index = await testIndex();

  expect(await ask(testClient(), index, small)).toEqual({
    kind: "absent",
    reason: "the file is gone (404)",
  });
});

test.each([
  ["static metadata", sdist({ name: "demo", version: "1.0", requires: ["click"] }), false],
  [
    "dynamic dependencies",
    sdist({ name: "demo", version: "1.0", dynamic: ["Requires-Dist"] }),
    true,
  ],
  [
    "a long description",
    sdist({
      name: "demo",
      version: "1.0",
      pkgInfo: `Metadata-Version: 2.2\nName: demo\n\n${"long\n".repeat(100_000)}`,
    }),
    false,
  ],
  [
    "metadata before 2.2",
    sdist({ name: "demo", version: "1.0", pkgInfo: "Metadata-Version: 2.1\nName: demo\n" }),
    true,
  ],
])("an sdist with %s is read from its PKG-INFO", async (_what, file, dynamic) => {
  const index = await testIndex({ files: [file] });

  expect(await ask(testClient(), index, file)).toEqual({
    kind: "metadata",
    text: file.metadata,
    via: "pkg-info",
    dynamic,
  });
});

test("an sdist in zip form is read too", async () => {
  const bytes = zipSync({
    "demo-1.0/PKG-INFO": Buffer.from("Metadata-Version: 2.2\nName: demo\n"),
  });
  const file = { ...small, filename: "demo-1.0.zip", bytes };
  const index = await testIndex({ files: [file] });

  expect(await ask(testClient(), index, file, { sha256: undefined })).toMatchObject({
    kind: "metadata",
    via: "pkg-info",
    dynamic: false,
  });
});

test("a damaged sdist is bad, one without PKG-INFO needs a build", async () => {
  const damaged = { ...small, filename: "demo-1.0.tar.gz", bytes: Buffer.from("no archive") };
  const bare = {
    ...small,
    filename: "demo-2.0.zip",
    bytes: zipSync({ "demo-2.0/setup.py": Buffer.from("") }),
  };
  const index = await testIndex({ files: [damaged, bare] });
  const unhashed = { sha256: undefined };

  expect(await ask(testClient(), index, damaged, unhashed)).toMatchObject({
    kind: "bad",
    failure: "bad-archive",
  });
  expect(await ask(testClient(), index, bare, unhashed)).toMatchObject({ text: "", dynamic: true });
});
