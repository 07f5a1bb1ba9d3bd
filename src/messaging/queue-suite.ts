import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../model/message.ts";
import type { MessageQueue } from "./queue.ts";
import { names, wanted } from "./queue-example.ts";
import { heartbeatRules, keeperRules, laterRules } from "./queue-keeping-suite.ts";
import type { QueueSurroundings } from "./queue-world.ts";

export interface QueueUnderTest {
  readonly queue: MessageQueue;
  /** The same queue as a later process finds it. */
  reopen(): MessageQueue;
  remove(): void | Promise<void>;
}

/** What every back end of the queue keeps. */
export function queueSuite(
  name: string,
  create: (surroundings: QueueSurroundings) => QueueUnderTest | Promise<QueueUnderTest>,
): void {
  describe(name, () => {
    let now = 1_000_000;
    let world: QueueUnderTest;
    beforeEach(async () => {
      now = 1_000_000;
      world = await create({ now: () => now, random: () => 0.5 });
    });
    afterEach(async () => {
      await world.queue.close();
      await world.remove();
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
