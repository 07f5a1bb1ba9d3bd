import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message } from "../model/message.ts";
import { MemoryQueue } from "./memory-queue.ts";
import { wanted } from "./queue-example.ts";
import { QueueState } from "./queue-state.ts";

const lanes: readonly ((message: Message) => boolean)[] = [
  () => true,
  (message) => nameOf(message) < "h",
  (message) => nameOf(message) === "x",
];

function nameOf(message: Message): string {
  return "package_name" in message ? message.package_name : "";
}

const step = fc.oneof(
  fc.record({
    do: fc.constant("publish" as const),
    names: fc.array(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz")),
    priority: fc.nat(3),
  }),
  fc.record({
    do: fc.constant("claim" as const),
    limit: fc.nat(5),
    lane: fc.nat(lanes.length - 1),
    oneOff: fc.nat(3),
  }),
  fc.record({
    do: fc.constantFrom("ack" as const, "reject" as const, "release" as const, "extend" as const),
    which: fc.nat(20),
  }),
  fc.record({ do: fc.constant("time" as const), ms: fc.integer({ min: -600_000, max: 600_000 }) }),
  fc.record({ do: fc.constantFrom("pause" as const, "resume" as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Does one step; for a claim, tells what it gave and what the list said was next. */
async function perform(
  one: Step,
  world: { queue: MemoryQueue; now: number; held: string[] },
): Promise<readonly [given: unknown, next: unknown]> {
  const { queue, held } = world;
  switch (one.do) {
    case "publish":
      await queue.publish(one.names.map(wanted), { priority: one.priority });
      break;
    case "claim": {
      const lane = lanes[one.lane] ?? (() => true);
      // The queue remembers what a function said that it sees again
      const accept = one.oneOff === 0 ? (message: Message) => lane(message) : lane;
      const ready = await queue.list({ states: ["ready"] });
      const given = await queue.claim(one.limit, { accept });
      held.push(...given.map(({ id }) => id));
      const next = ready.map(({ message }) => message).filter(accept);
      return [given.map(({ message }) => message), next.slice(0, one.limit)];
    }
    case "reject":
      await queue.reject(held[one.which] ?? "", "index is down");
      break;
    case "ack":
    case "release":
    case "extend":
      await queue[one.do]([held[one.which] ?? ""]);
      break;
    case "time":
      world.now += one.ms;
      break;
    case "pause":
    case "resume":
      await queue[one.do]("unresolved_package");
      break;
  }
  return [undefined, undefined];
}

/** Where the numbers are not those of the list. */
async function disagreements(queue: MemoryQueue): Promise<readonly string[]> {
  const { states } = await queue.stats();
  const listed = (await queue.list()).map(({ state }) => state);
  return Object.entries(states.unresolved_package ?? {})
    .filter(([state, count]) => listed.filter((one) => one === state).length !== count)
    .map(([state, count]) => `${count} ${state}, listed ${listed}`);
}

test("whatever happened before, a claim gives what the list has first, and the numbers agree", async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 200, size: "max" });
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const world = { now: 1_000_000_000, held: [] as string[], queue: new MemoryQueue() };
      world.queue = new MemoryQueue({ now: () => world.now, random: () => 0.5 });
      const wrong: string[] = [];
      for (const one of steps) {
        const [given, next] = await perform(one, world);
        if (given !== next) expect(given).toEqual(next);
        wrong.push(...(await disagreements(world.queue)));
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("a consumer whose filter throws hears of it, and nothing is lost to others", async () => {
  const queue = new MemoryQueue();
  let broken = false;
  const accept = () => {
    if (broken) throw new Error("a bug");
    return true;
  };
  await queue.publish([wanted("a")]);
  await queue.claim(0, { accept });
  await queue.claim(0, { accept });
  broken = true;
  expect(await queue.publish([wanted("b")])).toBe(1);
  await expect(queue.claim(5, { accept })).rejects.toThrow("a bug");
  expect(await queue.claim(5)).toHaveLength(2);
});

test("what was taken for a claim that came to nothing is taken again", () => {
  const state = new QueueState();
  const entry = { priority: 10, attempt: 0, failures: 0, notBefore: 0 };
  const entries = ["a", "b"].map((name, at) => ({ id: at + 1, message: wanted(name), ...entry }));
  state.apply({ op: "put", entries });
  for (let round = 0; round < 3; round += 1) {
    expect(state.take(1, undefined)).toEqual(entries.slice(0, 1));
    state.putBack();
  }
});
