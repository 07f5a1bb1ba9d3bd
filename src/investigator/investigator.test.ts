import { expect, test } from "vitest";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import { wanted } from "../messaging/queue-example.ts";
import type { Message } from "../model/message.ts";
import { done, type TaskResult } from "../model/task.ts";
import type { Engine } from "../workflow/engine.ts";
import { investigate } from "./investigator.ts";

const { signal } = new AbortController();

/** An engine that answers every task alike and keeps a diary. */
function engine(diary: string[], answer: (name: string) => TaskResult): Engine {
  return {
    async run(tasks) {
      return tasks.map((task) => {
        const name = "name" in task ? task.name : task.kind;
        diary.push(`run ${name}`);
        return answer(name);
      });
    },
  };
}

test("a message is acknowledged only after what it led to is durable", async () => {
  const queue = new MemoryQueue();
  const diary: string[] = [];
  await queue.publish([wanted("flask")]);
  const flush = async () => {
    const { leased } = await queue.stats();
    diary.push(`flush with ${leased} in hand`);
  };

  const told = await investigate({ queue, engine: engine(diary, () => done), flush, signal });

  expect(diary).toEqual(["run flask", "flush with 1 in hand"]);
  expect(told).toEqual({ handled: 1, failures: [] });
  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0, dead: 0 });
});

test("messages that work gives rise to are handled in the same drain", async () => {
  const queue = new MemoryQueue();
  const diary: string[] = [];
  await queue.publish([wanted("flask")]);
  const answer = (name: string): TaskResult =>
    name === "flask" ? { ok: true, follow: [wanted("click")] } : done;

  const told = await investigate({
    queue,
    engine: engine(diary, answer),
    flush: async () => {},
    signal,
  });

  expect(diary).toEqual(["run flask", "run click"]);
  expect(told.handled).toBe(2);
});

test("what fails is told with its cause and stays in the queue; the others are done", async () => {
  const queue = new MemoryQueue();
  await queue.publish([wanted("flask"), wanted("click")]);
  const cause = new Error("no route");
  const answer = (name: string): TaskResult =>
    name === "flask" ? { ok: false, reason: "no route", cause } : done;

  const told = await investigate({
    queue,
    engine: engine([], answer),
    flush: async () => {},
    signal,
  });

  expect(told).toEqual({ handled: 2, failures: [{ message: wanted("flask"), cause }] });
  expect(await queue.stats()).toMatchObject({ ready: 1, leased: 0, dead: 0 });
});

test("an engine or a disk that fails gives all messages back untouched", async () => {
  const queue = new MemoryQueue();
  await queue.publish([wanted("flask")]);
  const full = async () => {
    throw new Error("disk full");
  };

  const work = investigate({ queue, engine: engine([], () => done), flush: full, signal });

  await expect(work).rejects.toThrow("disk full");
  const [delivery] = await queue.claim(1);
  expect(delivery).toMatchObject({ message: wanted("flask"), attempt: 1 });
});

test("only accepted messages are taken", async () => {
  const queue = new MemoryQueue();
  const diary: string[] = [];
  await queue.publish([wanted("flask"), wanted("click")]);
  const accept = (message: Message) =>
    "package_name" in message && message.package_name === "click";

  await investigate({
    queue,
    engine: engine(diary, () => done),
    flush: async () => {},
    signal,
    accept,
  });

  expect(diary).toEqual(["run click"]);
  expect(await queue.stats()).toMatchObject({ ready: 1 });
});

test("an aborted signal takes nothing", async () => {
  const queue = new MemoryQueue();
  await queue.publish([wanted("flask")]);

  const told = await investigate({
    queue,
    engine: engine([], () => done),
    flush: async () => {},
    signal: AbortSignal.abort(),
  });

  expect(told).toEqual({ handled: 0, failures: [] });
});

test("what a stopped run did not finish goes back as if it had never been taken", async () => {
  const queue = new MemoryQueue();
  await queue.publish([wanted("flask")]);
  const stop = new AbortController();
  const answer = (): TaskResult => {
    stop.abort();
    return { ok: false, reason: "stopped", cause: new Error("stopped") };
  };

  await investigate({
    queue,
    engine: engine([], answer),
    flush: async () => {},
    signal: stop.signal,
  });

  const [delivery] = await queue.claim(1);
  expect(delivery).toMatchObject({ message: wanted("flask"), attempt: 1 });
});
