import { describe, expect, test } from "vitest";
import { ownIdentity } from "../util/process-identity.ts";
import { MemoryQueue } from "./memory-queue.ts";
import type { MessageQueue } from "./queue.ts";
import type { QueueEntry } from "./queue-entry.ts";
import { wanted } from "./queue-example.ts";
import { QueueState } from "./queue-state.ts";
import { newLease } from "./queue-world.ts";

const hour = 3_600_000;

/** A queue, a clock that can be set, and one that can't. */
function world() {
  const clock = { now: 1_700_000_000_000, ticks: 5_000_000 };
  const queue = new MemoryQueue({
    now: () => clock.now,
    ticks: () => clock.ticks,
    random: () => 0.5,
  });
  const pass = (ms: number) => {
    clock.now += ms;
    clock.ticks += ms;
  };
  const setClock = (ms: number) => {
    clock.now += ms;
  };
  return { queue, pass, setClock };
}

async function ready(queue: MessageQueue): Promise<number> {
  return (await queue.claim(100)).length;
}

describe.each([-24 * hour, 24 * hour])("the clock is set by %i ms", (jump) => {
  test("a lease neither ends by it nor lasts longer", async () => {
    const { queue, pass, setClock } = world();
    await queue.publish([wanted("flask")]);
    await queue.claim(1, { leaseMs: 60_000 });
    setClock(jump);
    expect(await ready(queue)).toBe(0);
    pass(59_999);
    expect(await ready(queue)).toBe(0);
    pass(1);
    expect(await ready(queue)).toBe(1);
  });

  test("a heartbeat goes on", async () => {
    const { queue, pass, setClock } = world();
    await queue.publish([wanted("flask")]);
    const [delivery] = await queue.claim(1, { leaseMs: 60_000 });
    setClock(jump);
    pass(50_000);
    expect(await queue.extend([delivery?.id ?? ""], 60_000)).toEqual([]);
    pass(50_000);
    expect(await ready(queue)).toBe(0);
  });

  test("what waits to be tried again waits no longer than it would have", async () => {
    const { queue, pass, setClock } = world();
    await queue.publish([wanted("flask")]);
    const [delivery] = await queue.claim(1);
    await queue.reject(delivery?.id ?? "", "index is down");
    setClock(jump);
    pass(1000);
    expect(await ready(queue)).toBe(1);
  });
});

test("a clock that is set back by less than the longest delay makes a retry wait by that much", async () => {
  const { queue, pass, setClock } = world();
  await queue.publish([wanted("flask")]);
  const [delivery] = await queue.claim(1);
  await queue.reject(delivery?.id ?? "", "index is down");
  setClock(-60_000);
  pass(60_999);
  expect(await ready(queue)).toBe(0);
  pass(1);
  expect(await ready(queue)).toBe(1);
});

test("a lease of another machine, which has other ticks, goes by the clock, and never for longer than it was given for", () => {
  const entry: QueueEntry = {
    id: 1,
    message: wanted("flask"),
    priority: 10,
    attempt: 0,
    failures: 0,
    notBefore: 0,
  };
  const at = (now: number) => ({ now, ticks: 1, random: 0.5, isDead: () => false });
  const by = { ...ownIdentity(), host: "elsewhere.example" };
  const lease = { ...newLease(60_000, { ...at(hour), ticks: 9 * hour }), by };
  const taken = (now: number) => {
    const state = new QueueState();
    state.apply({ op: "put", entries: [entry] });
    state.apply({ op: "claim", ids: [1], lease });
    state.settle(at(now));
    return state.take(1, undefined).length;
  };
  expect([hour, hour + 59_999].map(taken)).toEqual([0, 0]);
  expect([hour + 60_000, 0, hour - 1].map(taken)).toEqual([1, 1, 1]);
});
