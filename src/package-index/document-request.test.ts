import { createServer, type IncomingMessage } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { testClient } from "../../fixtures/index-client.ts";

interface Served {
  readonly origin: string;
  /** The Authorization header of each request, by path. */
  readonly seen: Map<string, string | undefined>;
}

/** Answers each path with a status, and a body or the address to go on to. */
async function served(
  answers: Readonly<
    Record<string, { readonly status: number; readonly text?: string; readonly type?: string }>
  >,
): Promise<Served> {
  const seen = new Map<string, string | undefined>();
  const server = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? "";
    seen.set(path, request.headers.authorization);
    const { status, text = "", type = "application/json" } = answers[path] ?? { status: 404 };
    const headers = status === 302 ? { location: text } : { "content-type": type };
    response.writeHead(status, headers).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { origin: `http://127.0.0.1:${address.port}`, seen };
}

test("a document is read with the token, and a status is an answer", async () => {
  const { origin, seen } = await served({ "/repos/a": { status: 200, text: '{"fork":false}' } });
  const client = testClient();
  const access = { token: "s3cret" };

  expect(await client.document({ url: `${origin}/repos/a`, access })).toEqual({
    kind: "document",
    value: { fork: false },
  });
  expect(await client.document({ url: `${origin}/repos/b`, access })).toEqual({
    kind: "declined",
    status: 404,
  });
  expect(seen.get("/repos/a")).toBe("Bearer s3cret");
});

test("a token stays with the origin that it is for", async () => {
  const other = await served({ "/moved": { status: 200, text: "{}" } });
  const { origin } = await served({ "/here": { status: 302, text: `${other.origin}/moved` } });

  await testClient().document({ url: `${origin}/here`, access: { token: "s3cret" } });

  expect([...other.seen]).toEqual([["/moved", undefined]]);
});

test("what is no JSON is garbage of a service, not of an index", async () => {
  const { origin } = await served({ "/": { status: 200, text: "<html>" } });

  await expect(
    testClient().document({ url: `${origin}/`, access: { token: "s3cret" } }),
  ).rejects.toMatchObject({
    code: "index-garbage",
    message: `the service \`${origin}/\` sends garbage: the document is not valid JSON`,
  });
});

test.each([
  ["text/html", "{}", /content of type text\/html instead of application\/vnd.example\+json$/],
  ["Application/JSON; charset=utf-8", `"${"x".repeat(999_999)}"`, /more than 1 MB$/],
])("a document in a format is of its types and no larger: %s", async (type, text, message) => {
  const { origin } = await served({ "/": { status: 200, text, type } });
  const types = ["application/vnd.example+json", "application/json"];
  const question = { url: `${origin}/`, access: { token: "" }, format: { types, maxBytes: 1e6 } };

  await expect(testClient().document(question)).rejects.toMatchObject({
    code: "index-garbage",
    message: expect.stringMatching(message),
  });
});
