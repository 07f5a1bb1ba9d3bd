import { expect, test } from "vitest";
import { testClient, testIndex } from "../../../fixtures/index-client.ts";
import type { IndexedFile } from "../../../fixtures/index-pages.ts";
import { sdist, wheel } from "../../../fixtures/packages.ts";
import { indexSource } from "../../package-index/index-source.ts";
import { packageName } from "../../python/name.ts";
import { MemoryStore } from "../../store/memory-store.ts";
import { learnPackage } from "./learn-package.ts";

const name = packageName("web");
const headers = ["License: MIT", "Home-page: https://git.example/a/web", "License-File: LICENSE"];

/** What is learnt of `web` from an index with these files, and what was asked for that. */
async function learnt(files: readonly IndexedFile[], pages: Readonly<Record<string, string>> = {}) {
  const index = await testIndex({ files });
  for (const [path, body] of Object.entries(pages))
    index.fail(path, { kind: "garbage", body, contentType: "application/json" });
  const client = testClient();
  const source = indexSource(index.url);
  const store = new MemoryStore();
  const signal = new AbortController().signal;
  const answer = await client.page(source, name);
  if (answer.kind === "page") store.putPage(answer.page);
  index.forgetRequests();
  const learn = (anew = false) =>
    learnPackage({ client, store, signal, now: () => 0 }, source, { name, anew });
  await learn();
  const asked = index.requests().map(({ path }) => path);
  return { fact: store.about(name, source.url), asked, index, learn };
}

test("the newest stable release's smallest wheel speaks for the project", async () => {
  const { fact, asked, index, learn } = await learnt([
    { distribution: wheel({ name: "web", version: "2.0rc1" }) },
    { distribution: wheel({ name: "web", version: "1.0", headers }) },
    { distribution: sdist({ name: "web", version: "1.0" }) },
  ]);

  expect(fact).toEqual({
    from: "index",
    version: "1.0",
    filename: "web-1.0-py3-none-any.whl",
    license: "MIT",
    licenseFiles: ["LICENSE"],
    classifiers: [],
    links: ["Homepage, https://git.example/a/web"],
    observedAt: "1970-01-01T00:00:00.000Z",
  });
  const metadata = "/files/web-1.0-py3-none-any.whl.metadata";
  expect(asked.sort()).toEqual([metadata, "/pypi/web/json"]);
  index.forgetRequests();
  await learn();
  expect(index.requests().map(({ path }) => path)).toEqual(["/pypi/web/json"]);
  await learn(true);
  expect(index.requests().map(({ path }) => path)).toContain(metadata);
});

test("without a wheel the source distribution is read, save a very large one", async () => {
  const distribution = sdist({ name: "web", version: "1.0", headers });
  const small = await learnt([{ distribution }]);
  const large = await learnt([{ distribution, claims: { size: 60e6 } }]);

  expect(small.fact).toMatchObject({ version: "1.0", license: "MIT" });
  expect(large.fact?.problem).toBe(
    "web-1.0.tar.gz is too large to be fetched for its metadata alone",
  );
  expect(large.fact?.version).toBeUndefined();
  expect(large.asked).toEqual(["/pypi/web/json"]);
});

test("who may release stands on the project page; what is wrong there is not said", async () => {
  const files = [{ distribution: wheel({ name: "web", version: "1.0" }) }];
  const page = (ownership: unknown) => ({ "/pypi/web/json": JSON.stringify({ ownership }) });
  const roles = [{ user: "b" }, { user: "a" }, { user: "b" }, { user: 7 }, null];

  const people = await learnt(files, page({ organization: null, roles }));
  const owned = await learnt(files, page({ organization: "pallets", roles: [] }));

  expect(people.fact).toMatchObject({ people: ["a", "b"] });
  expect(people.fact?.organization).toBeUndefined();
  expect(owned.fact).toMatchObject({ organization: "pallets", people: [] });
  for (const body of ["not JSON", "[]", '{"ownership":[]}', '{"ownership":{"roles":{}}}']) {
    const { fact } = await learnt(files, { "/pypi/web/json": body });
    expect(fact?.people).toBeUndefined();
  }
});

test("metadata that is not what the index says is no metadata", async () => {
  const distribution = sdist({ name: "web", version: "1.0", headers });

  const { fact } = await learnt([{ distribution, claims: { sha256: "0".repeat(64) } }]);

  expect(fact?.problem).toContain("web-1.0.tar.gz");
  expect(fact).toMatchObject({ classifiers: [], links: [] });
  expect(fact?.license).toBeUndefined();
});

test("texts are kept no longer than anybody reads them", async () => {
  const long = [`License: ${"x".repeat(5000)}`, ...Array(500).fill("Classifier: Typing :: Typed")];
  const distribution = wheel({ name: "web", version: "1.0", headers: long });

  const { fact } = await learnt([{ distribution }]);

  expect(fact?.license?.length).toBe(300);
  expect(fact?.classifiers.length).toBe(200);
});
