import { expect, test } from "vitest";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { packageName } from "../python/name.ts";
import { indexSource } from "./index-source.ts";

const flask = packageName("flask");
const old = wheel({ name: "Flask", version: "1.0" });
const current = wheel({ name: "Flask", version: "3.0.3", requiresPython: ">=3.8" });
const source = sdist({ name: "Flask", version: "3.0.3", requiresPython: ">=3.8" });

test.each(["json", "html"] as const)(
  "a page in %s lists releases, newest first",
  async (formats) => {
    const index = await testIndex({
      files: [{ distribution: old, yanked: "broken" }, current, source],
      formats,
      validators: false,
    });

    const answer = await testClient().page(indexSource(index.url), flask);

    const size = (file: { bytes: Uint8Array }) =>
      formats === "json" ? { size: file.bytes.length } : {};
    expect(answer).toEqual({
      kind: "page",
      page: {
        name: "flask",
        index: index.url,
        checkedAt: expect.any(Number),
        validators: {},
        attests: false,
        releases: [
          {
            version: "3.0.3",
            files: [current, source].map((file) => ({
              filename: file.filename,
              url: `${index.origin}/files/${file.filename}`,
              sha256: file.sha256,
              requiresPython: ">=3.8",
              coreMetadata: true,
              ...size(file),
            })),
          },
          {
            version: "1.0",
            files: [
              {
                filename: old.filename,
                url: `${index.origin}/files/${old.filename}`,
                sha256: old.sha256,
                yanked: "broken",
                coreMetadata: true,
                ...size(old),
              },
            ],
          },
        ],
      },
    });
  },
);

test("JSON is preferred, HTML accepted, in one request", async () => {
  const index = await testIndex({ files: [current] });

  await testClient().page(indexSource(index.url), flask);

  expect(index.requests()).toEqual([
    {
      method: "GET",
      path: "/simple/flask/",
      status: 200,
      accept:
        "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1",
    },
  ]);
});

test("an unchanged page is not sent again where the index knows validators", async () => {
  const index = await testIndex({ files: [current] });
  const client = testClient();
  const first = await client.page(indexSource(index.url), flask);
  const validators = first.kind === "page" ? first.page.validators : {};

  const second = await client.page(indexSource(index.url), flask, validators);

  expect(second).toEqual({ kind: "not-modified" });
  expect(index.requests().map(({ status }) => status)).toEqual([200, 304]);
});

test("without an ETag the serial of a JSON page says that nothing changed", async () => {
  const index = await testIndex();
  const body =
    '{"files": [], "meta": {"_last-serial": "42", "api-version": "1.1"}, "name": "flask"}';
  index.fail("/simple/flask/", {
    kind: "garbage",
    body,
    contentType: "application/vnd.pypi.simple.v1+json",
  });
  const client = testClient();
  const ask = (serial: string) => client.page(indexSource(index.url), flask, { serial });

  expect(await ask("42")).toEqual({ kind: "not-modified" });
  expect(await ask("41")).toMatchObject({ kind: "page", page: { validators: { serial: "42" } } });
});

test.each([404, 410])("an index that answers %i has no such package", async (status) => {
  const index = await testIndex();
  index.fail("*", { kind: "status", status });

  expect(await testClient().page(indexSource(index.url), flask)).toEqual({
    kind: "absent",
    reason: `the index answers ${status}`,
  });
});

test("a redirect is followed, and addresses are relative to where it leads", async () => {
  const far = await testIndex({ files: [current] });
  const near = await testIndex();
  near.fail("/simple/flask/", { kind: "redirect", to: `${far.url}/flask/` });

  const answer = await testClient().page(indexSource(near.url), flask);

  expect(answer).toMatchObject({
    kind: "page",
    page: {
      index: near.url,
      releases: [{ files: [{ url: `${far.origin}/files/${current.filename}` }] }],
    },
  });
});

test("a redirect in a circle is garbage", async () => {
  const index = await testIndex();
  index.fail("*", { kind: "redirect", to: "/simple/flask/" });

  await expect(testClient().page(indexSource(index.url), flask)).rejects.toMatchObject({
    code: "index-garbage",
    message: `the index \`${index.url}/flask/\` sends garbage: more than 10 redirects`,
  });
});

test.each([
  ["broken JSON", "application/vnd.pypi.simple.v1+json", "{", "it is not valid JSON"],
  ["a JSON array", "application/vnd.pypi.simple.v1+json", "[]", "the JSON is not an object"],
  ["no files", "application/json", '{"files": {}}', "`files` is not an array"],
  [
    "files of a wrong shape",
    "application/json",
    '{"files": [1, {"filename": 2}]}',
    "no entry of `files` has a `filename` and a `url`",
  ],
  [
    "another version of the API",
    "application/json",
    '{"meta": {"api-version": "2.0"}, "files": []}',
    "it speaks version 2.0 of the API, not 1",
  ],
  ["a login page", "text/html", "<form>Password</form>", "the HTML is no page of a simple index"],
  [
    "an image",
    "image/png",
    "\u0089PNG",
    "content of type image/png instead of a simple index page",
  ],
])("%s is garbage, and said so", async (_what, contentType, body, message) => {
  const index = await testIndex();
  index.fail("*", { kind: "garbage", contentType, body });

  await expect(testClient().page(indexSource(index.url), flask)).rejects.toMatchObject({
    code: "index-garbage",
    message: `the index \`${index.url}/flask/\` sends garbage: ${message}`,
    hint: "check that the address is that of a simple index (PEP 503, PEP 691)",
  });
});

test("offline, asking is a bug and opens no connection", async () => {
  const index = await testIndex({ files: [current] });

  await expect(testClient({ offline: true }).page(indexSource(index.url), flask)).rejects.toThrow(
    "offline: no index may be asked",
  );
  expect(index.requests()).toEqual([]);
});

test("at most 16 requests are under way at once on one index", async () => {
  const names = Array.from({ length: 60 }, (_unused, at) => `package-${at}`);
  const index = await testIndex({ files: names.map((name) => wheel({ name, version: "1.0" })) });
  const client = testClient();

  await Promise.all(names.map((name) => client.page(indexSource(index.url), packageName(name))));

  expect(index.mostAtOnce()).toBeLessThanOrEqual(16);
});
