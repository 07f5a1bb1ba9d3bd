import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles, temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import { wheel } from "../../fixtures/packages.ts";
import { packageName } from "../python/name.ts";
import { parseNetrc, shownUrl, withoutCredentials } from "./credentials.ts";
import { indexSource } from "./index-source.ts";

const flask = packageName("flask");
const current = wheel({ name: "flask", version: "3.0.3" });
const credentials = { username: "alice", password: "s3cr@t" };

test("credentials of the source's address open its pages and its files", async () => {
  const index = await testIndex({ files: [current], credentials });
  const cacheDir = temporaryFolder();
  const source = indexSource(index.url.replace("//", "//alice:s3cr%40t@"));
  const client = testClient({ cacheDir });

  const answer = await client.page(source, flask);

  const file = answer.kind === "page" ? answer.page.releases[0]?.files[0] : undefined;
  if (file === undefined) throw new Error("no file");
  expect(await client.download(source, file)).toMatchObject({ kind: "file" });
  expect(JSON.stringify([answer, Object.keys(readFiles(cacheDir))])).not.toMatch(/alice|s3cr/);
});

test.each([
  [401, "asks for credentials (401)"],
  [403, "refuses access (403)"],
])("%i is a refusal, never an absent package", async (status, what) => {
  const index = await testIndex();
  index.fail("*", { kind: "status", status });
  const source = indexSource(index.url.replace("//", "//alice:wrong@"));

  await expect(testClient().page(source, flask)).rejects.toMatchObject({
    code: "index-refused",
    message: `the index \`${index.url}/flask/\` ${what}`,
    hint: "put a login into the source's address, as variables (`$USER:$PASSWORD@`), or into ~/.netrc",
  });
  expect(index.requests()).toHaveLength(1);
});

test.each(["HOME", "NETRC"])("a login of the netrc found through %s is used", async (variable) => {
  const index = await testIndex({ files: [current], credentials });
  const folder = temporaryFolder();
  writeFiles(folder, { ".netrc": "machine 127.0.0.1 login alice password s3cr@t\n" });
  const environment = variable === "HOME" ? { HOME: folder } : { NETRC: join(folder, ".netrc") };

  const answer = await testClient({ environment }).page(indexSource(index.url), flask);

  expect(answer).toMatchObject({ kind: "page" });
});

test("another origin never gets the index's credentials", async () => {
  const files = await testIndex({ files: [current], credentials });
  const index = await testIndex();
  index.fail("/simple/flask/", { kind: "redirect", to: `${files.url}/flask/` });
  const source = indexSource(index.url.replace("//", "//alice:s3cr%40t@"));

  await expect(testClient().page(source, flask)).rejects.toMatchObject({
    code: "index-refused",
    message: `the index \`${files.url}/flask/\` asks for credentials (401)`,
  });
});

test.each([
  ["https://user:pass@index.example/simple/", "https://index.example/simple"],
  ["https://user:p@ss@index.example/simple", "https://index.example/simple"],
  ["https://index.example/simple?token=secret#x", "https://index.example/simple"],
  ["https://index.example/a@b/", "https://index.example/a@b"],
])("%s is shown without secrets", (raw, shown) => {
  expect(withoutCredentials(raw)).toBe(shown);
  expect(shownUrl(raw)).not.toMatch(/pass|ss@|secret/);
});

test("netrc: comments, macros, quotes, default, and the first entry of a host", () => {
  const text = `# machine commented login no password no
machine one.example login a password "p w"
macdef init
machine inside.example login no password no

machine two.example
  login b
  account ignored
  password c
machine one.example login later password later
default login anonymous password guest`;

  expect(Object.fromEntries(parseNetrc(text))).toEqual({
    "one.example": { login: "a", password: "p w" },
    "two.example": { login: "b", password: "c" },
    "": { login: "anonymous", password: "guest" },
  });
});
