import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import { unusedOrigin } from "../../fixtures/index-server.ts";
import { wheel } from "../../fixtures/packages.ts";
import { packageName } from "../python/name.ts";
import { indexSource } from "./index-source.ts";

const flask = packageName("flask");
const current = wheel({ name: "flask", version: "3.0.3" });
const laterHint = "try again later, or use what is known with `--offline`";

test("a refused connection is told at once, without credentials and without another try", async () => {
  const origin = await unusedOrigin();
  const secret = origin.replace("//", "//alice:s3cret@");

  await expect(testClient().page(indexSource(`${secret}/simple`), flask)).rejects.toMatchObject({
    code: "index-unreachable",
    message: `the index \`${origin}/simple/flask/\` is unreachable: connection refused (ECONNREFUSED)`,
    hint: "check the address (`--index-url`), or use what is known with `--offline`",
  });
});

test("an unknown host is told", async () => {
  const source = indexSource("http://index.invalid/simple");

  await expect(testClient().page(source, flask)).rejects.toMatchObject({
    code: "index-unreachable",
    message: expect.stringMatching(
      /^the index `http:\/\/index.invalid\/simple\/flask\/` is unreachable: .*\((ENOTFOUND|EAI_AGAIN)\)$/,
    ),
  });
});

test.each([500, 502, 503, 429])("%i is tried again until it passes", async (status) => {
  const index = await testIndex({ files: [current] });
  index.fail("/simple/flask/", { kind: "status", status, times: 2 });

  expect(await testClient().page(indexSource(index.url), flask)).toMatchObject({ kind: "page" });
  expect(index.requests().map((request) => request.status)).toEqual([status, status, 200]);
});

test("a server that asks for patience is waited for", async () => {
  const index = await testIndex({ files: [current] });
  const headers = { "retry-after": "1" };
  index.fail("/simple/flask/", { kind: "status", status: 429, headers, times: 1 });

  expect(await testClient().page(indexSource(index.url), flask)).toMatchObject({ kind: "page" });
});

test("a server that asks for an hour is not waited for", async () => {
  const index = await testIndex({ files: [current] });
  index.fail("*", { kind: "status", status: 503, headers: { "retry-after": "3600" } });

  await expect(testClient().page(indexSource(index.url), flask)).rejects.toMatchObject({
    code: "index-unreachable",
    message: `the index \`${index.url}/flask/\` answers 503`,
    hint: laterHint,
  });
  expect(index.requests()).toHaveLength(1);
});

test("a server that stays broken ends in its status after four tries", async () => {
  const index = await testIndex();
  index.fail("*", { kind: "status", status: 500 });

  await expect(testClient().page(indexSource(index.url), flask)).rejects.toMatchObject({
    code: "index-unreachable",
    message: `the index \`${index.url}/flask/\` answers 500`,
  });
  expect(index.requests()).toHaveLength(4);
});

test("a dropped connection is tried again", async () => {
  const index = await testIndex({ files: [current] });
  index.fail("/simple/flask/", { kind: "disconnect", times: 1 });

  expect(await testClient().page(indexSource(index.url), flask)).toMatchObject({ kind: "page" });
});

test("a body that breaks off is asked for again, then told", async () => {
  const index = await testIndex({ files: [current] });
  index.fail("/simple/flask/", { kind: "truncate", afterBytes: 20, times: 1 });
  const client = testClient();

  expect(await client.page(indexSource(index.url), flask)).toMatchObject({ kind: "page" });

  index.fail("/simple/flask/", { kind: "truncate", afterBytes: 20 });
  await expect(client.page(indexSource(index.url), flask)).rejects.toMatchObject({
    code: "index-garbage",
    message: expect.stringContaining(`the index \`${index.url}/flask/\` breaks off its answer: `),
    hint: laterHint,
  });
});

test.each([
  [{ kind: "stall" } as const, "does not answer in time"],
  [{ kind: "stall", afterBytes: 10 } as const, "stops in the middle of an answer"],
])("%o ends at the time limit, after a second try", async (fault, what) => {
  const index = await testIndex({ files: [current] });
  index.fail("*", fault);
  const client = testClient({ timeouts: { idleMs: 100 } });

  await expect(client.page(indexSource(index.url), flask)).rejects.toMatchObject({
    code: "time-limit",
    message: `the index \`${index.url}/flask/\` ${what}`,
    hint: laterHint,
  });
  expect(index.requests()).toHaveLength(2);
});

test("the caller's signal ends a request, and the others go on", async () => {
  const index = await testIndex({ files: [current] });
  index.fail("/simple/slow/", { kind: "stall" });
  const client = testClient();
  const controller = new AbortController();
  const slow = client.page(indexSource(index.url), packageName("slow"), {}, controller.signal);
  const quick = client.page(indexSource(index.url), flask);

  controller.abort(new Error("enough"));

  await expect(slow).rejects.toThrow("enough");
  expect(await quick).toMatchObject({ kind: "page" });
});

test.each([
  [
    "announced bytes that are no gzip",
    Buffer.from("not gzip"),
    "its gzip stream is damaged (Z_DATA_ERROR)",
  ],
  ["a bomb", gzipSync(Buffer.alloc(201e6)), "more than 200 MB"],
])("%s is garbage", async (_what, body, message) => {
  const url = await serve({ "content-encoding": "gzip" }, body);

  await expect(testClient().page(indexSource(url), flask)).rejects.toMatchObject({
    code: "index-garbage",
    message: `the index \`${url}/flask/\` sends garbage: ${message}`,
  });
});

test("a compressed page is read", async () => {
  const url = await serve({ "content-encoding": "gzip" }, gzipSync('{"files": []}'));

  expect(await testClient().page(indexSource(url), flask)).toMatchObject({
    kind: "page",
    page: { releases: [] },
  });
});

test("an answer that is not HTTP is garbage", async () => {
  const server = createServer();
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end("SSH-2.0-server\r\n"));
  });
  const url = await listen(server);

  await expect(testClient().page(indexSource(url), flask)).rejects.toMatchObject({
    code: "index-garbage",
    message: expect.stringContaining("sends garbage: the answer is not HTTP"),
  });
});

async function serve(headers: Record<string, string>, body: Buffer): Promise<string> {
  const type = { "content-type": "application/vnd.pypi.simple.v1+json" };
  return listen(
    createServer((_request, response) =>
      response.writeHead(200, { ...type, ...headers }).end(body),
    ),
  );
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/simple`;
}
