import { expect, test } from "vitest";
import { attendance, engineOf, index, nameOf, page, stopAfter } from "../../fixtures/attendance.ts";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import type { Event } from "../model/event.ts";
import { done, type TaskResult } from "../model/task.ts";
import { ThothError } from "../util/errors.ts";

function unreachable(): TaskResult {
  const cause = new ThothError("index-unreachable", "connection refused");
  return { ok: false, reason: cause.message, cause };
}

test("an index that is away uses up no message's tries, and keeps no other index waiting", async () => {
  const other = "https://other.example/simple";
  const queue = new MemoryQueue();
  const events: Event[] = [];
  await queue.publish([page("a"), page("b"), page("c", other)]);
  const engine = engineOf((task) =>
    "index" in task && task.index === index ? unreachable() : done,
  );

  const attended = await attendance(queue, engine, { emit: (event) => events.push(event) }).run();

  expect(attended).toMatchObject({ handled: 1, failed: 0, obstacles: [{ place: index }] });
  expect(await queue.list()).toMatchObject([
    { state: "ready", attempts: 0 },
    { state: "ready", attempts: 0 },
  ]);
  expect(events.filter(({ type }) => type === "obstacle")).toMatchObject([
    { place: index, reason: "connection refused" },
  ]);
});

test("who follows tries an index again by itself, and says that it is back", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("flask")]);
  const stop = new AbortController();
  const events: Event[] = [];
  let tries = 0;
  const engine = engineOf(() => {
    tries += 1;
    return tries === 1 ? unreachable() : done;
  });
  const emit = (event: Event) => {
    events.push(event);
    if (event.type === "obstacle-gone") stop.abort();
  };

  await attendance(queue, engine, { follow: true, signal: stop.signal, emit }).run();

  expect(tries).toBe(2);
  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0, dead: 0 });
  expect(events).toContainEqual({ type: "obstacle-gone", place: index });
});

test("one page that fails on an index that works uses up its tries", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("broken"), page("flask")]);
  const engine = engineOf((task) => (nameOf(task) === "broken" ? unreachable() : done));

  const attended = await attendance(queue, engine, stopAfter(2)).run();

  expect(attended).toEqual({ handled: 2, failed: 1, obstacles: [] });
});

test("a full disk makes wait with the results in hand: nothing is done twice", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("flask")]);
  const stop = new AbortController();
  let [runs, flushes] = [0, 0];
  const engine = engineOf(() => {
    runs += 1;
    return done;
  });
  const flush = async () => {
    flushes += 1;
    if (flushes === 1) throw new ThothError("disk-full", "no space left");
  };
  const emit = (event: Event) => {
    if (event.type === "handled") stop.abort();
  };

  const attended = await attendance(queue, engine, {
    follow: true,
    signal: stop.signal,
    flush,
    emit,
  }).run();

  expect({ runs, attended }).toMatchObject({ runs: 1, attended: { handled: 1, failed: 0 } });
  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0 });
});

test("who does not stay fails on a full disk, and gives all back", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("flask")]);
  const flush = async () => {
    throw new ThothError("disk-full", "no space left");
  };

  const run = attendance(
    queue,
    engineOf(() => done),
    { flush },
  ).run();

  await expect(run).rejects.toThrow("no space left");
  expect(await queue.list()).toMatchObject([{ state: "ready", attempts: 0 }]);
});
