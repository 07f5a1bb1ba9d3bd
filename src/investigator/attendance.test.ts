import { expect, test } from "vitest";
import { createMessage } from "../messaging/codec.ts";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import type { Event } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { done, type Task, type TaskResult } from "../model/task.ts";
import { ThothError } from "../util/errors.ts";
import type { Engine } from "../workflow/engine.ts";
import { Attendance, type AttendanceOptions } from "./attendance.ts";
import { sender } from "./gaps.ts";

const index = "https://index.example/simple";

function page(name: string, from = index): Message {
  const unasked = { package_version: null, solver: null, filename: null };
  return createMessage("unresolved_package", sender, {
    ...unasked,
    package_name: name,
    index_url: from,
  });
}

function install(name: string): Message {
  const unasked = { package_version: "1.0", solver: "here", filename: null };
  return createMessage("unresolved_package", sender, {
    ...unasked,
    package_name: name,
    index_url: index,
  });
}

function trigger(project: string, cause: string): Message {
  return createMessage("adviser_trigger", sender, {
    project,
    re_run_adviser_id: null,
    runtime: null,
    dev: true,
    justification: [
      { type: "advisory", package_name: cause, package_version: null, index_url: index },
    ],
  });
}

/** An engine of one function for each task. */
function engineOf(run: (task: Task) => Promise<TaskResult> | TaskResult): Engine {
  return { run: (tasks) => Promise.all(tasks.map(async (task) => run(task))) };
}

function nameOf(task: Task): string {
  if ("release" in task) return task.release.name;
  return "name" in task ? task.name : task.kind;
}

function unreachable(): TaskResult {
  const cause = new ThothError("index-unreachable", "connection refused");
  return { ok: false, reason: cause.message, cause };
}

/** What is attended to until it ends by itself, unless told otherwise. */
function attendance(
  queue: MemoryQueue,
  engine: Engine,
  options: Partial<AttendanceOptions> = {},
): Attendance {
  return new Attendance({
    queue,
    engine,
    flush: async () => {},
    signal: new AbortController().signal,
    follow: false,
    jobs: {},
    due: async () => [],
    before: () => {},
    emit: () => {},
    now: Date.now,
    ...options,
  });
}

/** Stops what attends once so many messages were dealt with. */
function stopAfter(count: number): Pick<AttendanceOptions, "signal" | "emit"> {
  const stop = new AbortController();
  let handled = 0;
  const emit = (event: Event) => {
    if (event.type === "handled") handled += 1;
    if (handled === count) stop.abort();
  };
  return { signal: stop.signal, emit };
}

test("a slow installation keeps no question to an index waiting", async () => {
  const queue = new MemoryQueue();
  await queue.publish([install("slow"), page("flask"), page("click")]);
  const told: string[] = [];
  let pagesDone = () => {};
  const pages = new Promise<void>((resolve) => {
    pagesDone = resolve;
  });
  const engine = engineOf(async (task) => {
    if (task.kind === "install") await pages;
    told.push(nameOf(task));
    if (task.kind === "learn-releases" && told.length === 2) pagesDone();
    return done;
  });

  const attended = await attendance(queue, engine, { jobs: { install: 1 } }).run();

  expect(told).toEqual(["flask", "click", "slow"]);
  expect(attended).toEqual({ handled: 3, failed: 0, obstacles: [] });
});

test("a lane claims no more than it starts on at once, for other processes may have room", async () => {
  const queue = new MemoryQueue();
  await queue.publish(["a", "b", "c", "d"].map(install));
  const leased: number[] = [];
  const engine = engineOf(async () => {
    leased.push((await queue.stats()).leased);
    return done;
  });

  await attendance(queue, engine, { jobs: { install: 2 } }).run();

  expect(Math.max(...leased)).toBe(2);
});

test("no more is claimed than may wait in the engine", async () => {
  const queue = new MemoryQueue();
  await queue.publish(["a", "b", "c", "d"].map((name) => page(name)));
  const sizes: number[] = [];
  const engine: Engine = {
    pending: async () => 7,
    run: async (tasks) => {
      sizes.push(tasks.length);
      return tasks.map(() => done);
    },
  };

  await attendance(queue, engine, { maxPending: 10 }).run();

  expect(sizes).toEqual([3, 1]);
});

test("who does not stay still tries again what failed", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("flask")]);
  let tries = 0;
  const engine = engineOf(() => {
    tries += 1;
    return tries === 1 ? { ok: false, reason: "hiccup", cause: new Error("hiccup") } : done;
  });

  const attended = await attendance(queue, engine).run();

  expect(attended).toEqual({ handled: 2, failed: 1, obstacles: [] });
});

test("what becomes due by what was settled is handled before the end", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("flask")]);
  const told: string[] = [];
  const engine = engineOf((task) => {
    told.push(task.kind);
    return done;
  });
  const due = async () => (told.length === 1 ? [trigger("/project", "flask")] : []);

  await attendance(queue, engine, { due }).run();

  expect(told).toEqual(["learn-releases", "advise"]);
});

test("all triggers of one project make one advice", async () => {
  const queue = new MemoryQueue();
  await queue.publish([trigger("/a", "flask"), trigger("/b", "click"), trigger("/a", "click")]);
  const groups: string[][] = [];
  const engine: Engine = {
    run: async (tasks) => {
      groups.push(tasks.map((task) => (task.kind === "advise" ? task.trigger.project : "")));
      return tasks.map(() => done);
    },
  };

  await attendance(queue, engine).run();

  expect(groups).toEqual([["/a", "/a"], ["/b"]]);
});

test("a bug fails its own messages, and the others are handled", async () => {
  const queue = new MemoryQueue();
  await queue.publish([install("bad"), page("flask")]);
  const engine: Engine = {
    run: async (tasks) => {
      if (tasks.some(({ kind }) => kind === "install")) throw new TypeError("a bug");
      return tasks.map(() => done);
    },
  };

  const attended = await attendance(queue, engine, stopAfter(2)).run();

  expect(attended).toMatchObject({ handled: 2, failed: 1 });
  expect(await queue.list()).toMatchObject([{ state: "delayed", attempts: 1 }]);
});

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

test("stopped, it gives back what was not finished, as if never taken", async () => {
  const queue = new MemoryQueue();
  await queue.publish([page("flask")]);
  const stop = new AbortController();
  const engine = engineOf(() => {
    stop.abort();
    return { ok: false, reason: "stopped", cause: new Error("stopped") };
  });

  await attendance(queue, engine, { follow: true, signal: stop.signal }).run();

  expect(await queue.list()).toMatchObject([{ state: "ready", attempts: 0 }]);
});

test("a message for nobody is parked with its reason", async () => {
  const queue = new MemoryQueue();
  const foreign = createMessage("thoth_repo_init", sender, {
    project_url: "https://git.example/a",
    job_id: null,
  });
  await queue.publish([foreign]);

  await attendance(
    queue,
    engineOf(() => done),
  ).run();

  expect(await queue.deadLetters()).toMatchObject([
    { reason: "it is for the original's bot on Git services" },
  ]);
});
