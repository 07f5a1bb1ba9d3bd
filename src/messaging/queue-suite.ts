import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../model/message.ts";
import { createMessage } from "./codec.ts";
import type { ListOptions, MessageQueue } from "./queue.ts";
import type { QueueSurroundings } from "./queue-world.ts";

export interface QueueUnderTest {
  readonly queue: MessageQueue;
  /** The same queue as a later process finds it. */
  reopen(): MessageQueue;
  remove(): void;
}

const sender = { component: "adviser", serviceVersion: "0.1.0" };

/** A message that asks for the releases of a package. */
export function wanted(name: string): Message {
  return createMessage("unresolved_package", sender, {
    package_name: name,
    index_url: "https://index.example/simple",
    package_version: null,
    solver: null,
    filename: null,
  });
}

/** A message of another type. */
function vanished(package_name: string): Message {
  const index_url = "https://index.example/simple";
  return createMessage("missing_package", sender, { package_name, index_url });
}

/** What every back end of the queue keeps. */
export function queueSuite(
  name: string,
  create: (surroundings: QueueSurroundings) => QueueUnderTest,
): void {
  describe(name, () => {
    let now = 1_000_000;
    let world: QueueUnderTest;
    beforeEach(() => {
      now = 1_000_000;
      world = create({ now: () => now, random: () => 0.5 });
    });
    afterEach(async () => {
      await world.queue.close();
      world.remove();
    });
    const pass = (ms: number) => {
      now += ms;
    };
    publishRules(() => world.queue);
    deliveryRules(() => world.queue, pass);
    failureRules(() => world.queue, pass);
    heartbeatRules(() => world.queue, pass);
    keeperRules(() => world.queue);
    laterRules(() => world.queue, pass);
    survivalRules(() => world);
  });
}

async function names(queue: MessageQueue, limit = 100): Promise<string[]> {
  const deliveries = await queue.claim(limit);
  return deliveries.map(({ message }) => ("package_name" in message ? message.package_name : ""));
}

function publishRules(queue: () => MessageQueue): void {
  test("an empty queue has nothing to give", async () => {
    expect(await queue().claim(5)).toEqual([]);
    expect(await queue().stats()).toEqual({
      ready: 0,
      leased: 0,
      dead: 0,
      byType: {},
      states: {},
      oldest: undefined,
    });
    expect(await queue().deadLetters()).toEqual([]);
  });

  test("a message that is waiting or in hand is not added twice", async () => {
    expect(await queue().publish([wanted("flask"), wanted("flask"), wanted("jinja2")])).toBe(2);
    expect(await queue().publish([wanted("flask"), wanted("click")])).toBe(1);
    await queue().claim(1);
    expect(await queue().publish([wanted("flask")])).toBe(0);
    expect(await queue().stats()).toMatchObject({
      ready: 2,
      leased: 1,
      dead: 0,
      byType: { unresolved_package: 3 },
    });
  });

  test("what was acknowledged can be asked for again", async () => {
    await queue().publish([wanted("flask")]);
    const [delivery] = await queue().claim(1);
    await queue().ack([delivery?.id ?? ""]);
    expect(await queue().publish([wanted("flask")])).toBe(1);
    expect(await queue().claim(1)).toMatchObject([{ message: wanted("flask"), attempt: 1 }]);
  });

  test("lower priority numbers go first, then the older message", async () => {
    await queue().publish([wanted("refresh-a"), wanted("refresh-b")], { priority: 20 });
    await queue().publish([wanted("advice-a")], { priority: 1 });
    await queue().publish([wanted("advice-b")], { priority: 1 });
    expect(await names(queue(), 3)).toEqual(["advice-a", "advice-b", "refresh-a"]);
    expect(await names(queue())).toEqual(["refresh-b"]);
  });

  test("asking again more urgently moves a waiting message ahead", async () => {
    await queue().publish([wanted("a"), wanted("b")], { priority: 20 });
    expect(await queue().publish([wanted("b")], { priority: 1 })).toBe(0);
    expect(await queue().publish([wanted("b")], { priority: 30 })).toBe(0);
    expect(await names(queue())).toEqual(["b", "a"]);
  });

  test("a message that breaks its schema is refused, with all of its batch", async () => {
    const bad = { ...wanted("flask"), index_url: "https://user:secret@index.example/simple" };
    const publish = queue().publish([wanted("good"), bad]);
    await expect(publish).rejects.toThrow(
      "unresolved_package: index_url must be an address without credentials",
    );
    expect(await queue().stats()).toMatchObject({ ready: 0 });
  });
}

function deliveryRules(queue: () => MessageQueue, pass: (ms: number) => void): void {
  test("a consumer that accepts only some leaves the others as they are", async () => {
    await queue().publish(["flask", "click", "jinja2"].map(wanted));
    const accept = (message: Message) =>
      message.type === "unresolved_package" && message.package_name === "click";

    const accepted = await queue().claim(1, { accept });

    expect(accepted.map(({ message }) => message)).toEqual([wanted("click")]);
    expect(await queue().claim(5, { accept })).toEqual([]);
    const others = await queue().claim(5);
    expect(others.map(({ message, attempt }) => [message, attempt])).toEqual([
      [wanted("flask"), 1],
      [wanted("jinja2"), 1],
    ]);
  });

  test("a message in hand is not given to another, and comes back when its lease ends", async () => {
    await queue().publish([wanted("flask")]);
    await queue().claim(1, { leaseMs: 1000 });
    pass(999);
    expect(await queue().claim(1)).toEqual([]);
    pass(1);
    expect(await queue().claim(1)).toMatchObject([{ attempt: 2 }]);
  });

  test("a released message is ready at once, as if it had not been delivered", async () => {
    await queue().publish([wanted("flask")]);
    const [delivery] = await queue().claim(1);
    await queue().release([delivery?.id ?? ""]);
    expect(await queue().stats()).toMatchObject({ ready: 1, leased: 0 });
    expect(await queue().claim(1)).toMatchObject([{ attempt: 1 }]);
  });

  test("a late answer changes nothing while another consumer has the message", async () => {
    await queue().publish([wanted("flask")]);
    const [late] = await queue().claim(1, { leaseMs: 10 });
    pass(10);
    const [current] = await queue().claim(1);
    await queue().ack([late?.id ?? ""]);
    await queue().reject(late?.id ?? "", "late");
    await queue().release([late?.id ?? ""]);
    expect(await queue().stats()).toMatchObject({ ready: 0, leased: 1 });
    await queue().ack([current?.id ?? ""]);
    expect(await queue().stats()).toMatchObject({ ready: 0, leased: 0 });
  });

  test("a late acknowledgement counts if nobody took the message up", async () => {
    await queue().publish([wanted("flask")]);
    const [late] = await queue().claim(1, { leaseMs: 10 });
    pass(10);
    await queue().ack([late?.id ?? "", "999.1", "nonsense"]);
    expect(await queue().claim(1)).toEqual([]);
  });
}

function failureRules(queue: () => MessageQueue, pass: (ms: number) => void): void {
  test("a rejected message waits longer each time and is a dead letter after the fifth", async () => {
    await queue().publish([wanted("flask"), wanted("jinja2")]);
    for (const delay of [1000, 2000, 4000, 8000]) {
      const [delivery] = await queue().claim(1);
      expect(delivery?.message).toEqual(wanted("flask"));
      await queue().reject(delivery?.id ?? "", "index is down");
      pass(delay - 1);
      expect(await names(queue())).not.toContain("flask");
      pass(1);
    }
    const [last] = await queue().claim(1);
    expect(last?.attempt).toBe(5);
    await queue().reject(last?.id ?? "", "index is down");
    pass(10_000_000);
    expect(await names(queue())).toEqual(["jinja2"]);
    expect(await queue().deadLetters()).toEqual([
      { id: "1", message: wanted("flask"), reason: "index is down" },
    ]);
    expect(await queue().stats()).toMatchObject({ dead: 1 });
  });

  test("work that died can be asked for again; of its dead letters the last one is kept", async () => {
    for (const reason of ["first", "second"]) {
      expect(await queue().publish([wanted("flask")])).toBe(1);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const [delivery] = await queue().claim(1);
        await queue().reject(delivery?.id ?? "", reason);
        pass(1_000_000);
      }
    }
    expect(await queue().deadLetters()).toMatchObject([{ reason: "second" }]);
  });
}

function heartbeatRules(queue: () => MessageQueue, pass: (ms: number) => void): void {
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

function keeperRules(queue: () => MessageQueue): void {
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

function laterRules(queue: () => MessageQueue, pass: (ms: number) => void): void {
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

function survivalRules(world: () => QueueUnderTest): void {
  test("the next process finds what was left", async () => {
    const { queue, reopen } = world();
    await queue.publish([wanted("a"), wanted("b"), wanted("c"), wanted("d")]);
    const [first, second, third] = await queue.claim(3);
    await queue.ack([first?.id ?? ""]);
    await queue.release([second?.id ?? ""]);
    await queue.reject(third?.id ?? "", "not now");
    const next = reopen();
    expect(await next.stats()).toMatchObject({ ready: 3, leased: 0, dead: 0 });
    expect(await names(next)).toEqual(["b", "d"]);
    await next.close();
  });
}
