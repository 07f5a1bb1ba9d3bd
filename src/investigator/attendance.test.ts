import { expect, test } from "vitest";
import {
  attendance,
  engineOf,
  index,
  install,
  nameOf,
  page,
  stopAfter,
} from "../../fixtures/attendance.ts";
import { createMessage } from "../messaging/codec.ts";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import type { Message } from "../model/message.ts";
import { done } from "../model/task.ts";
import type { Engine } from "../workflow/engine.ts";
import { sender } from "./gaps.ts";

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
