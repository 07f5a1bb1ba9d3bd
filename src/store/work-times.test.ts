import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { openWorkTimes } from "./work-times.ts";

test("the mean wall time of a task is that of all batches, and later processes know it", async () => {
  const folder = temporaryFolder();
  const first = openWorkTimes(folder);
  first.record("install", { tasks: 1, ms: 4000 });
  first.record("install", { tasks: 3, ms: 4000 });

  expect(first.meanMs("install")).toBe(2000);
  expect(first.meanMs("si-scan")).toBeUndefined();
  await first.close();

  expect(openWorkTimes(folder).meanMs("install")).toBe(2000);
});

test("processes that measure side by side lose nothing of each other", async () => {
  const folder = temporaryFolder();
  const [one, other] = [openWorkTimes(folder), openWorkTimes(folder)];
  one.record("learn-releases", { tasks: 10, ms: 100 });
  other.record("learn-releases", { tasks: 10, ms: 300 });

  await Promise.all([one.close(), other.close()]);

  expect(openWorkTimes(folder).meanMs("learn-releases")).toBe(20);
});

test("what is measured now soon outweighs what was measured long ago", async () => {
  const folder = temporaryFolder();
  let clock = 0;
  const times = openWorkTimes(folder, () => clock);
  times.record("learn-metadata", { tasks: 10_000, ms: 10_000_000 });
  for (let round = 0; round < 12; round += 1) {
    clock += 60_000;
    times.record("learn-metadata", { tasks: 500, ms: 5000 });
    await times.close();
  }

  expect(times.meanMs("learn-metadata")).toBeLessThan(30);
});

test("a damaged file and a folder that may not be written do no harm", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "work-times.json"), '{"kinds": {"install": {"tasks": -1}, "si-sc');
  const times = openWorkTimes(join(folder, "work-times.json"));
  times.record("install", { tasks: 2, ms: 10 });
  await times.close();

  expect(times.meanMs("install")).toBe(5);
  expect(openWorkTimes(folder).meanMs("install")).toBeUndefined();
});
