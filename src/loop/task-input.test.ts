import { expect, test } from "vitest";
import { createMessage } from "../messaging/codec.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import type { Task } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { tasksText } from "../workflow/task-text.ts";
import { readTasks } from "./task-input.ts";

const index = indexUrl("https://index.example/simple");
const name = packageName("torch");
const release = { name, version: "2.1.0+cpu", index };
const sender = { component: "test", serviceVersion: "0" };
const advised = createMessage("adviser_trigger", sender, {
  project: "/projects/{{one}}",
  re_run_adviser_id: null,
  runtime: null,
  dev: false,
  justification: [],
});

test("tasks that an engine writes are read as they were", () => {
  const tasks: Task[] = [
    { kind: "learn-releases", name, index },
    { kind: "learn-metadata", release, filename: null },
    { kind: "learn-metadata", release, filename: "torch-2.1.0+cpu-py3-none-any.whl" },
    { kind: "learn-source", name, key: "git+https://git.example/torch.git@1" },
    { kind: "install", release, runtime: runtimeId("debian-12-py311") },
    { kind: "si-scan", release },
  ];
  if (advised.type === "adviser_trigger") tasks.push({ kind: "advise", trigger: advised });

  expect(readTasks(tasksText(tasks))).toEqual(tasks);
});

test.each([
  ["", "it is no JSON object"],
  ["[]", "it is an empty list"],
  ['{"kind": "note-absent"}', 'its kind "note-absent" is none'],
  ['{"kind": "learn-releases", "name": "a"}', "it has no `index`"],
  ['{"kind": "install", "runtime": "one"}', "it has no `release`"],
  ['{"kind": "advise", "trigger": {"type": "nothing"}}', "unknown message type"],
])("%j is refused", (text, message) => {
  expect(() => readTasks(text)).toThrow(message);
});
