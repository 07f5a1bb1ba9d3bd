import { expect, test } from "vitest";
import { loopBench } from "../../fixtures/loop-bench.ts";
import { wheel } from "../../fixtures/packages.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { learnMetadata } from "./learn-gaps.ts";

const demo = wheel({ name: "demo", version: "1.0", requires: ["base"] });

test.each([
  ["a file", demo.filename],
  ["whichever file the runtime would install", null],
])("metadata of %s is learnt where nothing was known of its package", async (_what, filename) => {
  const index = await servedIndex([demo]);
  const bench = await loopBench(index.url);
  const release = { name: packageName("demo"), version: "1.0", index: indexUrl(index.url) };

  await learnMetadata(bench, [{ release, filename }]);

  expect(bench.services.store.metadata(release, demo.filename)).toMatchObject({
    state: "known",
    requires: ["base"],
  });
});
