// The index as it was on a day: the pages of the configured one without what was uploaded later. Of
// setuptools there is always what builds without a [build-system] ask for (PEP 517: >=40.8.0), or
// nothing could be built that has no wheel.
import { createServer } from "node:http";
import { indexUrl } from "./world.mjs";

const leastSetuptools = /^setuptools-40\.8\.0[-.]/;
const json = "application/vnd.pypi.simple.v1+json";

/** Starts it; gives the address of its simple index and a way to end it. */
export async function datedIndex(day) {
  const upstream = indexUrl();
  const until = Date.parse(day);
  const pages = new Map();
  const server = createServer(async (request, response) => {
    const name = /^\/simple\/([a-z0-9-]+)\/$/.exec(request.url ?? "")?.[1];
    if (name === undefined) return response.writeHead(404).end();
    if (!pages.has(name)) pages.set(name, pageOf(upstream, name, until));
    try {
      const { status, text } = await pages.get(name);
      response.writeHead(status, { "content-type": json, "cache-control": "max-age=3600" });
      response.end(text);
    } catch {
      pages.delete(name);
      response.writeHead(502).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/simple`, close: () => server.close() };
}

async function pageOf(upstream, name, until) {
  const answer = await fetch(`${upstream}/${name}/`, { headers: { accept: json } });
  if (!answer.ok) return { status: answer.status, text: "" };
  const page = await answer.json();
  const files = page.files.filter(
    (file) =>
      Date.parse(file["upload-time"]) <= until ||
      (name === "setuptools" && leastSetuptools.test(file.filename)),
  );
  if (files.length === 0) return { status: 404, text: "" };
  const { versions: _, ...rest } = page;
  return { status: 200, text: JSON.stringify({ ...rest, files }) };
}
