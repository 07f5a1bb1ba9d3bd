// A package index on loopback whose requests are counted, that can go away and come back at the
// same port; and parts of Thoth for looking at what a run left: queue, store, messages.
import { createServer } from "node:http";
import { join } from "node:path";
import { bundled } from "./bundled.mjs";
import { folder } from "./world.mjs";

/** The parts, from the sources as they are now. */
export async function parts() {
  const outfile = join(folder("parts"), "parts.mjs");
  const files = [
    "src/messaging/codec.ts",
    "src/messaging/local-queue.ts",
    "src/messaging/message-fields.ts",
    "src/store/json-store.ts",
    "fixtures/index-pages.ts",
    "fixtures/packages.ts",
  ];
  return bundled(files, outfile);
}

/** Serves wheels; `requests` counts answers of each path. */
export async function loopbackIndex({ jsonPage, jsonType, wheel }, releases) {
  const pages = new Map();
  const files = new Map();
  for (const release of releases) {
    const made = wheel(release);
    pages.set(made.name, [...(pages.get(made.name) ?? []), { distribution: made }]);
    files.set(made.filename, Buffer.from(made.bytes));
    files.set(`${made.filename}.metadata`, Buffer.from(made.metadata));
  }
  const requests = new Map();
  const answer = (request, response) => {
    requests.set(request.url, (requests.get(request.url) ?? 0) + 1);
    const name = /^\/simple\/([^/]+)\/$/.exec(request.url)?.[1];
    const page = pages.get(name);
    const file = files.get(/^\/files\/(.+)$/.exec(request.url)?.[1]);
    if (page !== undefined) {
      response.writeHead(200, { "content-type": jsonType });
      response.end(jsonPage(name, page));
    } else if (file !== undefined) response.writeHead(200).end(file);
    else response.writeHead(404).end("no such thing");
  };
  let server;
  const open = (port) =>
    new Promise((resolve, reject) => {
      server = createServer({ keepAliveTimeout: 1000 }, answer).on("error", reject);
      server.listen(port, "127.0.0.1", () => resolve(server.address().port));
    });
  const port = await open(0);
  return {
    url: `http://127.0.0.1:${port}/simple`,
    requests,
    goAway: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
    comeBack: () => open(port),
  };
}
