import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownIdentity } from "../util/process-identity.ts";
import { openLocalQueue } from "./local-queue.ts";
import { wanted } from "./queue-example.ts";
import type { QueueOperation } from "./queue-operation.ts";
import { queueSuite } from "./queue-suite.ts";

queueSuite("a queue in a folder", (surroundings) => {
  const folder = mkdtempSync(join(tmpdir(), "thoth-queue-"));
  return {
    queue: openLocalQueue(folder, surroundings),
    reopen: () => openLocalQueue(folder, surroundings),
    remove: () => rmSync(folder, { recursive: true }),
  };
});

let folder: string;
let journal: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-queue-"));
  journal = join(folder, "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("each call is one line, and looking writes nothing", async () => {
  const queue = openLocalQueue(folder);
  await queue.stats();
  expect(readdirSync(folder)).toEqual([]);
  await queue.publish([wanted("a"), wanted("b")]);
  const [a, b] = await queue.claim(2);
  await queue.ack([a?.id ?? "", b?.id ?? ""]);
  expect(readdirSync(folder)).toEqual(["journal.jsonl"]);
  const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { queue: "2.0.0", nextId: 1 },
    [{ op: "put", entries: [{ id: 1 }, { id: 2 }] }],
    [{ op: "claim", ids: [1, 2], lease: { by: ownIdentity() } }],
    [{ op: "ack", ids: [1, 2] }],
  ]);
  await queue.close();
});

test("an unfinished last line never was, and is cut off by the next writer", async () => {
  const queue = openLocalQueue(folder);
  await queue.publish([wanted("a")]);
  const before = readFileSync(journal, "utf8");
  appendFileSync(journal, '[{"op":"put","entries":[{"id":2,"mess');
  const other = openLocalQueue(folder);
  expect(await other.stats()).toMatchObject({ ready: 1 });
  await other.publish([wanted("b")]);
  expect(readFileSync(journal, "utf8").startsWith(`${before}[{"op":"put"`)).toBe(true);
  expect((await queue.claim(5)).map(({ id }) => id)).toEqual(["1.1", "2.1"]);
  await Promise.all([queue.close(), other.close()]);
});

test("a line that can't be read is kept aside, and the rest works", async () => {
  const queue = openLocalQueue(folder);
  await queue.publish([wanted("a")]);
  appendFileSync(journal, "\u0000\u0000 no JSON\n");
  await queue.publish([wanted("b")]);
  expect(await queue.stats()).toMatchObject({ ready: 2 });
  expect(readFileSync(join(folder, "damaged.jsonl"), "utf8")).toBe("\u0000\u0000 no JSON\n");
  expect(readFileSync(journal, "utf8")).not.toContain("no JSON");
  await queue.close();
});

test("what a process held that died is delivered again at once, to a living one not", async () => {
  const queue = openLocalQueue(folder);
  await queue.publish([wanted("a"), wanted("b"), wanted("c")]);
  const [until, ms] = [Date.now() + 1e6, 1e6];
  const self = ownIdentity();
  const claims: QueueOperation[] = [
    { op: "claim", ids: [1], lease: { until, ms, by: { ...self, start: "1" } } },
    { op: "claim", ids: [2], lease: { until, ms, by: self } },
    { op: "claim", ids: [3], lease: { until, ms, by: { ...self, host: "elsewhere.example" } } },
  ];
  appendFileSync(journal, `${JSON.stringify(claims)}\n`);
  expect(await queue.stats()).toMatchObject({ ready: 1, leased: 2 });
  expect(await queue.claim(5)).toMatchObject([{ message: wanted("a"), attempt: 2 }]);
  await queue.close();
});

test("a message whose consumers all died of it is a dead letter in the end", async () => {
  const queue = openLocalQueue(folder);
  await queue.publish([wanted("a")]);
  const lease = { until: Date.now() + 1e6, by: { ...ownIdentity(), start: "1" } };
  const claims = Array.from({ length: 50 }, () => ({ op: "claim", ids: [1], lease }));
  appendFileSync(journal, `${JSON.stringify(claims)}\n`);
  expect(await queue.claim(1)).toEqual([]);
  expect(await queue.deadLetters()).toMatchObject([
    { reason: "delivered 50 times and never acknowledged" },
  ]);
  await queue.close();
});

test("a message of a later Thoth becomes a dead letter that says so, not a delivery", async () => {
  const queue = openLocalQueue(folder);
  await queue.publish([wanted("a")]);
  const entry = { id: 2, priority: 1, attempt: 0, failures: 0, notBefore: 0 };
  const entries = [
    { ...entry, message: { type: "future_message", version: "v1" } },
    { ...entry, id: 3, message: { ...wanted("b"), version: "v9" } },
  ];
  appendFileSync(journal, `${JSON.stringify([{ op: "put", entries }])}\n`);
  expect(await queue.claim(5)).toMatchObject([{ message: wanted("a") }]);
  expect(await queue.deadLetters()).toMatchObject([
    { id: "2", reason: 'unknown message type "future_message"' },
    { id: "3", reason: 'unresolved_package has version "v9", known is v2' },
  ]);
  await queue.close();
});

test("a journal that is mostly history is shortened, and others notice", async () => {
  const queue = openLocalQueue(folder);
  const other = openLocalQueue(folder);
  const messages = Array.from({ length: 1600 }, (_, at) => wanted(`package-${at}`));
  await queue.publish(messages);
  expect(await other.stats()).toMatchObject({ ready: 1600 });
  const size = statSync(journal).size;
  const deliveries = await queue.claim(1600);
  await queue.ack(deliveries.slice(1).map(({ id }) => id));
  expect(statSync(journal).size).toBeLessThan(size / 100);
  expect(await other.stats()).toMatchObject({ ready: 0, leased: 1 });
  await other.publish([wanted("later")]);
  const [later] = await queue.claim(5);
  expect(later?.id).toBe("1601.1");
  await Promise.all([queue.close(), other.close()]);
});

test("a journal of a newer Thoth is refused", async () => {
  writeFileSync(journal, '{"queue":"3.0.0"}\n');
  const queue = openLocalQueue(folder);
  await expect(queue.stats()).rejects.toMatchObject({ code: "queue-unusable" });
  await expect(queue.publish([wanted("a")])).rejects.toMatchObject({ code: "queue-unusable" });
  await queue.close();
});

test("a file where the queue's folder should be is an error of the user's", async () => {
  writeFileSync(join(folder, "file"), "");
  const queue = openLocalQueue(join(folder, "file"));
  await expect(queue.publish([wanted("a")])).rejects.toMatchObject({ code: "queue-unusable" });
  await queue.close();
});
