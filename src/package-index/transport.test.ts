import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import { wheel } from "../../fixtures/packages.ts";
import { packageName } from "../python/name.ts";
import { indexSource } from "./index-source.ts";

const flask = packageName("flask");
const current = wheel({ name: "flask", version: "3.0.3" });
const page: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end('{"files": []}');
};

test("plain http goes through HTTP_PROXY as a request, with the proxy's own login", async () => {
  const seen: unknown[] = [];
  const proxy = await listen(
    createServer((request, response) => {
      seen.push([request.url, request.headers["proxy-authorization"]]);
      page(request, response);
    }),
  );
  const environment = { HTTP_PROXY: `http://bob:pw@127.0.0.1:${proxy}` };
  const source = indexSource("http://index.example/simple");

  expect(await testClient({ environment }).page(source, flask)).toMatchObject({ kind: "page" });
  expect(seen).toEqual([
    ["http://index.example/simple/flask/", `Basic ${Buffer.from("bob:pw").toString("base64")}`],
  ]);
});

test("https goes through a tunnel of HTTPS_PROXY", async () => {
  const { certificate, server } = tlsServer();
  const port = await listen(server);
  const asked: unknown[] = [];
  const proxy = createServer().on("connect", (request, socket: Socket) => {
    asked.push(request.url);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    socket.on("close", () => upstream.destroy());
  });
  const environment = {
    HTTPS_PROXY: `127.0.0.1:${await listen(proxy)}`,
    SSL_CERT_FILE: certificate,
  };
  const source = indexSource("https://localhost:8443/simple");

  expect(await testClient({ environment }).page(source, flask)).toMatchObject({ kind: "page" });
  expect(asked).toEqual(["localhost:8443"]);
});

test.each([
  ["drops CONNECT", undefined, "the proxy drops the connection"],
  [
    "refuses CONNECT",
    "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    "the proxy answers 407",
  ],
])("a proxy that %s is told, and not asked again for ever", async (_what, answer, message) => {
  let asked = 0;
  const proxy = createServer().on("connect", (_request, socket) => {
    asked += 1;
    if (answer === undefined) socket.destroy();
    else socket.end(answer);
  });
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}` };
  const source = indexSource("https://index.example/simple");

  await expect(testClient({ environment }).page(source, flask)).rejects.toMatchObject({
    code: "index-unreachable",
    message: `the index \`https://index.example/simple/flask/\` is unreachable: ${message}`,
    hint: "check HTTPS_PROXY, NO_PROXY and pip's `proxy` setting",
  });
  expect(asked).toBe(1);
});

test("a proxy that never answers CONNECT ends at the time limit", async () => {
  const sockets: Socket[] = [];
  const proxy = createTcpServer((socket) => sockets.push(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy.address())}` };
  const client = testClient({ environment, timeouts: { idleMs: 100 } });

  const asked = client.page(indexSource("https://index.example/simple"), flask);

  await expect(asked).rejects.toMatchObject({ code: "time-limit" });
});

test("NO_PROXY leads past the proxy", async () => {
  const index = await testIndex({ files: [current] });
  const environment = { HTTP_PROXY: "http://proxy.invalid:3128", NO_PROXY: "127.0.0.1" };

  const answer = await testClient({ environment }).page(indexSource(index.url), flask);

  expect(answer).toMatchObject({ kind: "page" });
});

test.each([
  ["PIP_CERT", {}],
  ["REQUESTS_CA_BUNDLE", {}],
  ["SSL_CERT_FILE", {}],
])("a certificate of %s is trusted", async (variable) => {
  const { certificate, server } = tlsServer();
  const source = indexSource(`https://localhost:${await listen(server)}/simple`);
  const environment = { [variable]: certificate };

  expect(await testClient({ environment }).page(source, flask)).toMatchObject({ kind: "page" });
});

test("an unknown certificate is told, and verify_ssl = false takes it", async () => {
  const { server } = tlsServer();
  const url = `https://localhost:${await listen(server)}/simple`;
  const client = testClient();

  await expect(client.page(indexSource(url), flask)).rejects.toMatchObject({
    code: "index-unreachable",
    message: `the index \`${url}/flask/\` is unreachable: its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
  });
  expect(await client.page(indexSource(url, false), flask)).toMatchObject({ kind: "page" });
});

test("a certificate file that is not there is told", async () => {
  const environment = { PIP_CERT: "/nowhere/ca.pem" };
  const source = indexSource("https://index.invalid/simple");

  await expect(testClient({ environment }).page(source, flask)).rejects.toMatchObject({
    code: "bad-configuration",
    message: "the certificates `/nowhere/ca.pem` of pip's `cert` setting can't be read (ENOENT)",
    hint: "correct pip's `cert` setting, or remove it to trust the usual authorities",
  });
});

/** A server on localhost with a certificate of its own, made by openssl for this run. */
function tlsServer(): { readonly certificate: string; readonly server: Server } {
  const folder = temporaryFolder();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", key, "-out", certificate];
  const command = "openssl";
  execFileSync(
    command,
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      ...subject,
      ...files,
    ],
    { stdio: "ignore" },
  );
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, page);
  return { certificate, server };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server.address());
}

function portOf(address: ReturnType<Server["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
