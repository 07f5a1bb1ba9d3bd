import { once } from "node:events";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { type IndexProbe, probeIndex } from "../../package-index/index-probe.ts";
import { indexSource } from "../../package-index/index-source.ts";
import { clock } from "./clock.ts";

const signal = new AbortController().signal;

/** What asking an index comes to whose clock is so far ahead, perhaps behind a cache. */
async function probeOf(aheadMs: number, headers: Record<string, string> = {}): Promise<IndexProbe> {
  const server = createServer((_request, response) => {
    response.sendDate = false;
    const date = new Date(Date.now() + aheadMs).toUTCString();
    const page = { meta: { "api-version": "1.0" }, name: "pip", files: [] };
    response.writeHead(200, { date, "content-type": "application/json", ...headers });
    response.end(JSON.stringify(page));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const source = indexSource(`http://name:secret@127.0.0.1:${port}/simple`);
  return probeIndex(source, { cacheDir: "/", userAgent: "test", environment: {} }, signal);
}

const find = (probes: readonly IndexProbe[]) =>
  clock.find(
    {
      configuration: { offline: false },
      indexes: async () => probes.map((probe) => ({ url: "https://index.example", probe })),
    },
    signal,
  );

test.each([
  [0, "works", "within 1 s"],
  [60_000, "warning", "60 s slow"],
  [-86_400_000, "broken", "86400 s fast"],
])("a clock that an index contradicts by %d ms: %s", async (aheadMs, condition, says) => {
  const probe = await probeOf(aheadMs);

  expect(probe).toMatchObject({ problem: undefined, proxy: undefined });
  expect(await find([probe])).toMatchObject([
    {
      condition,
      text: expect.stringMatching(
        new RegExp(says.replace("60 s", "(59|60) s").replace("86400", "8640\\d")),
      ),
    },
  ]);
});

test("an answer from a cache in between is as old as it says", async () => {
  const probe = await probeOf(-500_000, { age: "500" });

  expect(Math.abs(probe.aheadMs ?? Number.NaN)).toBeLessThan(5000);
});

test("where no index told the time, nobody knows", async () => {
  const probe = await probeOf(0, { date: "yesterday" });

  expect(await find([probe])).toMatchObject([{ condition: "unknown" }]);
  expect(await find([])).toMatchObject([{ condition: "unknown" }]);
});
