import { expect, test } from "vitest";
import type { ListOptions, MessageQueue } from "./queue.ts";
import { names, vanished, wanted } from "./queue-example.ts";

/** A part of `queueSuite`: what keeps long work in hand. */
export function heartbeatRules(queue: () => MessageQueue, pass: (ms: number) => void): void {
  test("a heartbeat keeps what is in hand, and tells what no longer is", async () => {
    await queue().publish([wanted("kept"), wanted("lost"), wanted("done")]);
    const [kept, lost, done] = await queue().claim(3, { leaseMs: 1000 });
    await queue().ack([done?.id ?? ""]);
    pass(900);
    expect(await queue().extend([kept?.id ?? ""], 1000)).toEqual([]);
    pass(900);
    expect(await names(queue())).toEqual(["lost"]);
    const ids = [kept, lost, done].map((delivery) => delivery?.id ?? "");
    expect(await queue().extend([...ids, "nonsense"], 1000)).toEqual([...ids.slice(1), "nonsense"]);
  });

  test("a late heartbeat counts if nobody took the message up", async () => {
    await queue().publish([wanted("flask")]);
    const [late] = await queue().claim(1, { leaseMs: 10 });
    pass(20);
    expect(await queue().extend([late?.id ?? ""], 1000)).toEqual([]);
    expect(await queue().claim(1)).toEqual([]);
  });

  test("what waits or is in work is not settled; what is done or dead is", async () => {
    await queue().publish(["buried", "done", "held", "waiting"].map(wanted));
    const [buried, done] = await queue().claim(3);
    await queue().bury(buried?.id ?? "", "of no use");
    await queue().ack([done?.id ?? ""]);
    const asked = ["buried", "done", "held", "waiting", "never"].map(wanted);
    expect(await queue().unsettled(asked)).toEqual([wanted("held"), wanted("waiting")]);
  });
}

/** One message in each state, in this order: in work, ready, delayed, paused, dead. */
async function oneInEachState(queue: MessageQueue): Promise<void> {
  await queue.publish(["dead", "delayed", "held"].map(wanted));
  const [dead, delayed] = await queue.claim(3);
  await queue.bury(dead?.id ?? "", "of no use");
  await queue.reject(delayed?.id ?? "", "index is down");
  await queue.publish([wanted("ready"), vanished("paused")]);
  await queue.pause("missing_package");
}

/** A part of `queueSuite`: what people see and change. */
export function keeperRules(queue: () => MessageQueue): void {
  test("a list tells of each message what it waits for", async () => {
    const publishedAt = 1_000_000;
    await oneInEachState(queue());
    const entry = { priority: 10, attempts: 1, publishedAt };
    expect(await queue().list()).toEqual([
      { id: "3", message: wanted("held"), state: "in-work", ...entry },
      { id: "4", message: wanted("ready"), state: "ready", ...entry, attempts: 0 },
      { id: "2", message: wanted("delayed"), state: "delayed", ...entry, dueAt: 1_001_000 },
      { id: "5", message: vanished("paused"), state: "paused", ...entry, attempts: 0 },
      { id: "1", message: wanted("dead"), state: "dead", ...entry, reason: "of no use" },
    ]);
    const ids = async (options: ListOptions) => (await queue().list(options)).map((one) => one.id);
    expect(await ids({ limit: 2 })).toEqual(["3", "4"]);
    expect(await ids({ states: ["dead", "delayed"] })).toEqual(["2", "1"]);
    expect(await ids({ types: ["missing_package"] })).toEqual(["5"]);
  });

  test("stats count every state of every type", async () => {
    await oneInEachState(queue());
    expect(await queue().stats()).toEqual({
      ready: 3,
      leased: 1,
      dead: 1,
      byType: { unresolved_package: 3, missing_package: 1 },
      states: {
        unresolved_package: { ready: 1, delayed: 1, "in-work": 1, paused: 0, dead: 1 },
        missing_package: { ready: 0, delayed: 0, "in-work": 0, paused: 1, dead: 0 },
      },
      oldest: 1_000_000,
    });
  });

  test("what is dropped is gone, but for what somebody has in hand", async () => {
    await oneInEachState(queue());
    expect(await queue().drop(["1", "2", "3", "4", "4", "5", "9", "nonsense"])).toBe(4);
    expect(await queue().list()).toMatchObject([{ id: "3", state: "in-work" }]);
  });
}

/** A part of `queueSuite`: what is put off and taken up again. */
export function laterRules(queue: () => MessageQueue, pass: (ms: number) => void): void {
  test("dead letters are delivered again when asked to, with a clean slate", async () => {
    await queue().publish(["a", "b", "c"].map(wanted));
    for (const { id } of await queue().claim(3)) await queue().bury(id, "of no use");
    await queue().publish([wanted("c")]);
    expect(await queue().retry(["1", "7", "nonsense"])).toBe(1);
    expect(await queue().claim(2)).toMatchObject([
      { message: wanted("c"), attempt: 1 },
      { message: wanted("a"), attempt: 1 },
    ]);
    expect(await queue().retry("all")).toBe(2);
    expect(await queue().deadLetters()).toEqual([]);
    expect(await names(queue())).toEqual(["b"]);
  });

  test("messages of a paused type wait until it is resumed; others go on", async () => {
    await queue().pause("missing_package");
    await queue().pause("missing_package");
    await queue().publish([vanished("a"), wanted("b")]);
    expect(await queue().paused()).toEqual(["missing_package"]);
    expect(await names(queue())).toEqual(["b"]);
    await queue().publish([vanished("c")]);
    pass(1_000_000);
    expect(await names(queue())).not.toContain("a");
    await queue().resume("missing_package");
    expect(await queue().paused()).toEqual([]);
    expect(await names(queue())).toEqual(["a", "c"]);
  });
}
