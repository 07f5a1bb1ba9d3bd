import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { openWorkTimes, type WorkTimes } from "./work-times.ts";

test("the wall time of a task is that of all batches, and later processes know it", async () => {
  const folder = temporaryFolder();
  const clock = handClock();
  const first = openWorkTimes(folder, clock.now);
  work(first, clock, { tasks: 1, ms: 4000 });
  clock.pass(60_000);
  work(first, clock, { tasks: 3, ms: 4000 });

  expect(first.meanMs("install")).toBe(2000);
  expect(first.meanMs("si-scan")).toBeUndefined();
  await first.close();

  expect(openWorkTimes(folder).meanMs("install")).toBe(2000);
});

test("time during which several batches are in work counts once", () => {
  const clock = handClock();
  const times = openWorkTimes(temporaryFolder(), clock.now);
  const ends = [times.begin("install"), times.begin("install")];
  clock.pass(3000);
  ends.push(times.begin("install"));
  for (const end of ends) {
    end(1);
    clock.pass(1000);
  }

  expect(times.meanMs("install")).toBeCloseTo(5000 / 3);
});

test("a batch in which everything failed says nothing of how long work takes", () => {
  const clock = handClock();
  const times = openWorkTimes(temporaryFolder(), clock.now);
  work(times, clock, { tasks: 0, ms: 5 });

  expect(times.meanMs("install")).toBeUndefined();
});

test("processes that measure side by side lose nothing of each other", async () => {
  const folder = temporaryFolder();
  const clock = handClock();
  const [one, other] = [openWorkTimes(folder, clock.now), openWorkTimes(folder, clock.now)];
  work(one, clock, { tasks: 10, ms: 100 });
  work(other, clock, { tasks: 10, ms: 300 });

  await Promise.all([one.close(), other.close()]);

  expect(openWorkTimes(folder).meanMs("install")).toBe(20);
});

test("what is measured now soon outweighs what was measured long ago", async () => {
  const folder = temporaryFolder();
  const clock = handClock();
  const times = openWorkTimes(folder, clock.now);
  work(times, clock, { tasks: 10_000, ms: 10_000_000 });
  for (let round = 0; round < 12; round += 1) {
    work(times, clock, { tasks: 500, ms: 5000 });
    await times.close();
  }

  expect(times.meanMs("install")).toBeLessThan(30);
});

test("a damaged file and a folder that may not be written do no harm", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "work-times.json"), '{"kinds": {"install": {"tasks": -1}, "si-sc');
  const clock = handClock();
  const times = openWorkTimes(join(folder, "work-times.json"), clock.now);
  work(times, clock, { tasks: 2, ms: 10 });
  await times.close();

  expect(times.meanMs("install")).toBe(5);
  expect(openWorkTimes(folder).meanMs("install")).toBeUndefined();
});

function handClock() {
  let time = 0;
  return {
    now: () => time,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

function work(
  times: WorkTimes,
  clock: ReturnType<typeof handClock>,
  { tasks, ms }: { readonly tasks: number; readonly ms: number },
): void {
  const end = times.begin("install");
  clock.pass(ms);
  end(tasks);
}
