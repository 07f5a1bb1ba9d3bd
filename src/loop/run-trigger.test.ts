import { expect, test } from "vitest";
import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import type { Message } from "../model/message.ts";
import { type AdviceRunFields, RunTrigger } from "./run-trigger.ts";

function run(project: string, id: string): AdviceRunFields {
  return { project, re_run_adviser_id: id, runtime: null, dev: true };
}

function trigger(project: string, id: string): Message {
  return createMessage("adviser_trigger", sender, { ...run(project, id), justification: [] });
}

test("a run holds its own trigger while it lives, and takes it back when it ends", async () => {
  const queue = new MemoryQueue();
  const own = new RunTrigger(run("/work/app", "1"));

  await own.publish(queue);
  await own.publish(queue);
  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 1 });
  await own.end(queue);

  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0, dead: 0 });
});

test("a run that ends answers what died before it asked for, of its own project alone", async () => {
  const queue = new MemoryQueue();
  await queue.publish([trigger("/work/app", "1"), trigger("/work/other", "2")]);
  const own = new RunTrigger(run("/work/app", "3"));

  await own.publish(queue);
  await own.end(queue);

  const left = await queue.claim(5);
  expect(left.map(({ message }) => message)).toEqual([trigger("/work/other", "2")]);
});

test("a run that ends does not answer what an event asks for", async () => {
  const queue = new MemoryQueue();
  const cause = {
    type: "advisory",
    package_name: "web",
    package_version: "1.0",
    index_url: "https://index.example/simple",
  } as const;
  const event = createMessage("adviser_trigger", sender, {
    ...run("/work/app", ""),
    re_run_adviser_id: null,
    justification: [cause],
  });
  await queue.publish([event]);
  const own = new RunTrigger(run("/work/app", "1"));

  await own.publish(queue);
  await own.end(queue);

  expect((await queue.claim(5)).map(({ message }) => message)).toEqual([event]);
});

test("a trigger that the investigator has in hand is neither added nor taken", async () => {
  const queue = new MemoryQueue();
  await queue.publish([trigger("/work/app", "1")]);
  const [delivery] = await queue.claim(1);
  const own = new RunTrigger(run("/work/app", "1"));

  await own.publish(queue);
  await own.end(queue);

  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 1 });
  await queue.ack(delivery === undefined ? [] : [delivery.id]);
  expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0 });
});
