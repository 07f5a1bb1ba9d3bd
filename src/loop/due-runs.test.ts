import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { gapMessage } from "../investigator/gaps.ts";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import type { Message } from "../model/message.ts";
import { indexUrl } from "../model/release.ts";
import type { AdviceRun } from "../model/run.ts";
import { packageName } from "../python/name.ts";
import { openRunStore } from "../store/run-store.ts";
import { dueTriggers } from "./due-runs.ts";

const index = indexUrl("https://index.example/simple");

function releases(name: string): Message {
  return gapMessage({ missing: "releases", name: packageName(name), index, requiredBy: "" });
}

function waiting(id: string, waitingFor: readonly Message[]): AdviceRun {
  return {
    ...{ project: "/work/app", runtime: null, python: null, verify: null, dev: true, upgrade: [] },
    ...{ id, purpose: "asked", causes: [], state: "waiting", waitingFor, further: 0, passes: 1 },
    startedAt: "2026-11-24T08:00:00.000Z",
    updatedAt: "2026-11-24T08:00:00.000Z",
  };
}

/** Runs that wait for messages, all of which are in the queue. */
async function world(...runs: readonly AdviceRun[]) {
  const queue = new MemoryQueue();
  const store = openRunStore(temporaryFolder());
  for (const run of runs) {
    await store.put(run);
    await queue.publish(run.waitingFor);
  }
  return { queue, services: { runs: store, queue: () => queue, now: () => 0 } };
}

async function settle(queue: MemoryQueue, count: number): Promise<void> {
  const deliveries = await queue.claim(count);
  await queue.ack(deliveries.map(({ id }) => id));
}

test("a run goes on once all that it waited for is settled, not before", async () => {
  const { queue, services } = await world(waiting("1", [releases("a"), releases("b")]));

  expect(await dueTriggers(services)).toEqual([]);
  await settle(queue, 1);
  expect(await dueTriggers(services)).toEqual([]);
  await settle(queue, 1);

  expect(await dueTriggers(services)).toMatchObject([
    { type: "adviser_trigger", project: "/work/app", re_run_adviser_id: "1", justification: [] },
  ]);
});

test("a message that was given up is settled, too: the run is told what it failed on", async () => {
  const { queue, services } = await world(waiting("1", [releases("a")]));
  const [delivery] = await queue.claim(1);
  await queue.bury(delivery?.id ?? "", "no answer");

  expect(await dueTriggers(services)).toHaveLength(1);
});

test("two runs that wait for one fact are both due; a trigger in the queue is not sent again", async () => {
  const { queue, services } = await world(
    waiting("1", [releases("a")]),
    waiting("2", [releases("a")]),
  );
  await settle(queue, 2);

  const triggers = await dueTriggers(services);
  expect(triggers).toHaveLength(2);
  await queue.publish(triggers);
  expect(await dueTriggers(services)).toEqual([]);
  // Lost with the process that had it in hand: it is delivered again, not sent again
  await queue.claim(2);
  expect(await dueTriggers(services)).toEqual([]);
});

test("a run whose trigger was given up has failed, with the reason", async () => {
  const { queue, services } = await world(waiting("1", [releases("a")]));
  await settle(queue, 1);
  await queue.publish(await dueTriggers(services));
  const [delivery] = await queue.claim(1);
  await queue.bury(delivery?.id ?? "", "delivered 50 times and never acknowledged");

  expect(await dueTriggers(services)).toEqual([]);
  expect(services.runs.get("1")).toMatchObject({
    state: "failed",
    problem: "its `adviser_trigger` was given up: delivered 50 times and never acknowledged",
  });
});
