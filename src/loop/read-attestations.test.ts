import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { unsignedProvenance } from "../../fixtures/attestations.ts";
import { loopBench } from "../../fixtures/loop-bench.ts";
import { wheel } from "../../fixtures/packages.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import type { Event } from "../model/event.ts";
import { packageName } from "../python/name.ts";
import type { Bench } from "./bench.ts";
import { readAttestations } from "./read-attestations.ts";

const core = wheel({ name: "core", version: "1.0" });
const github = { kind: "GitHub", repository: "owner/core", workflow: "release.yml" };
const credentials = { username: "ada", password: "s3cret" };

/** Reads what is said of `core` at an address, for a bench of one index; what the store then knows. */
async function read(bench: Bench, provenance: string) {
  const release = { name: packageName("core"), version: "1.0", index: bench.sources.order[0] };
  const { filename, sha256 } = core;
  const file = { filename, sha256, url: "http://127.0.0.1/core.whl", provenance };
  await readAttestations(bench, [{ release, file }], undefined);
  return bench.services.store.attestation(release, sha256);
}

test("the credentials of an index go to its own provenance and to no other host's", async () => {
  const seen: (string | undefined)[] = [];
  const stranger = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(unsignedProvenance(core, github)));
  });
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    stranger.close();
  });
  const address = stranger.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const index = await servedIndex(
    [{ distribution: core, provenance: unsignedProvenance(core, github) }],
    { credentials },
  );
  const bench = await loopBench(index.url.replace("://", "://ada:s3cret@"));

  const own = await read(bench, `${index.origin}/integrity/${core.filename}/provenance`);
  const other = await loopBench(index.url.replace("://", "://ada:s3cret@"));
  const foreign = await read(other, `http://127.0.0.1:${port}/`);

  expect(own?.publishers).toEqual([github]);
  expect(foreign?.publishers).toEqual([github]);
  expect(seen).toEqual([undefined]);
});

test("an index that does not show a provenance says nothing of the file", async () => {
  const index = await servedIndex([{ distribution: core, provenance: {} }]);
  const path = `/integrity/${core.filename}/provenance`;
  index.fail(path, { kind: "status", status: 403 });
  const told: Event[] = [];
  const bench = await loopBench(index.url, { emit: (event) => told.push(event) });

  expect(await read(bench, `${index.origin}${path}`)).toBeUndefined();
  expect(told).toEqual([
    {
      type: "warning",
      message: `nobody could read who published ${core.filename}: the index answers 403`,
    },
  ]);
});

test("whom the index named first for a file stays known when it names others", async () => {
  const index = await servedIndex([
    { distribution: core, provenance: unsignedProvenance(core, github) },
  ]);
  const address = `${index.origin}/integrity/${core.filename}/provenance`;
  const { services, ...rest } = await loopBench(index.url);
  const configuration = { ...services.configuration, freshnessMs: 0 };
  const bench = { ...rest, services: { ...services, configuration } };
  const mallory = { ...github, repository: "mallory/core" };

  const first = await read(bench, address);
  index.add({ distribution: core, provenance: unsignedProvenance(core, mallory) });
  const second = await read(bench, address);
  const third = await read(bench, address);

  expect(first).not.toHaveProperty("formerly");
  expect(second).toMatchObject({ publishers: [mallory], formerly: [github] });
  expect(third).toMatchObject({ publishers: [mallory], formerly: [github] });
});

test("what was read lately is not asked for again, unless it did not hold", async () => {
  const index = await servedIndex([
    { distribution: core, provenance: unsignedProvenance(core, github) },
  ]);
  const path = `/integrity/${core.filename}/provenance`;
  const bench = await loopBench(index.url);
  index.fail(path, { kind: "garbage", body: "[]", times: 1 });

  const problems = [];
  for (let round = 0; round < 3; round += 1) {
    problems.push((await read(bench, `${index.origin}${path}`))?.problem);
  }

  expect(problems).toEqual(["the provenance is not a JSON object", undefined, undefined]);
  expect(index.requests().filter((request) => request.path === path)).toHaveLength(2);
});
