import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownIdentity } from "../util/process-identity.ts";
import { openLocalQueue } from "./local-queue.ts";
import type { MessageQueue } from "./queue.ts";
import { wanted } from "./queue-example.ts";

/** Nothing comes due. */
const still = { now: () => 1_700_000_000_000, random: () => 0.5 };

let folder: string;
let journal: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-journal-"));
  journal = join(folder, "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A life of a queue in calls of every kind; tells after each how long the journal is, and what is in it. */
async function lived(): Promise<readonly { readonly length: number; readonly list: string }[]> {
  const queue = openLocalQueue(folder, still);
  const moments: { length: number; list: string }[] = [];
  const note = async () => {
    moments.push({ length: readFileSync(journal).length, list: await listed(queue) });
  };
  await queue.publish(["a", "b", "c", "d", "naïve 🐍"].map(wanted));
  await note();
  const [a, b, c, d] = (await queue.claim(4)).map(({ id }) => id);
  await note();
  await queue.ack([a ?? ""]);
  await note();
  await queue.reject(b ?? "", "down");
  await note();
  await queue.bury(c ?? "", "poison");
  await note();
  await queue.extend([d ?? ""]);
  await note();
  await queue.pause("unresolved_package");
  await note();
  await queue.publish(["a", "naïve 🐍"].map(wanted), { priority: 1 });
  await note();
  await queue.close();
  return moments;
}

async function listed(queue: MessageQueue): Promise<string> {
  return JSON.stringify([await queue.list(), await queue.paused()]);
}

test("a journal that is cut anywhere holds every call before the cut, and is written on", async () => {
  const moments = await lived();
  const whole = readFileSync(journal);
  for (let cut = 0; cut <= whole.length; cut += 1) {
    writeFileSync(journal, whole.subarray(0, cut));
    const queue = openLocalQueue(folder, still);
    const last = moments.findLast(({ length }) => length <= cut);
    expect(await listed(queue)).toBe(last?.list ?? "[[],[]]");
    if (cut % 7 === 0) {
      expect(await queue.publish([wanted("later")])).toBe(1);
      expect(await openLocalQueue(folder, still).list()).toEqual(await queue.list());
    }
    await queue.close();
  }
}, 60_000);

test("whatever is damaged below the header, the queue opens and works", async () => {
  await lived();
  const whole = readFileSync(journal);
  const header = whole.indexOf("\n") + 1;
  const position = fc.integer({ min: header, max: whole.length - 1 });
  const damage = fc.tuple(position, fc.uint8Array({ minLength: 1, maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(damage, async ([at, bytes]) => {
      const text = Buffer.from(whole);
      text.set(bytes.subarray(0, whole.length - at), at);
      writeFileSync(journal, text);
      const queue = openLocalQueue(folder);
      await queue.resume("unresolved_package");
      expect(await queue.publish([wanted("later")])).toBe(1);
      const claimed = (await queue.claim(100)).map(({ message }) => message);
      expect(claimed).toContainEqual(wanted("later"));
      await queue.close();
    }),
    { numRuns: 200 },
  );
}, 60_000);

test.each([
  "[null]",
  "[1]",
  '[{"op":"melt","ids":[1]}]',
  '[{"op":"ack","ids":"1"}]',
  '[{"op":"put","entries":[{"id":7}]}]',
  '[{"op":"claim","ids":[1],"lease":{"until":1}}]',
])("a line that says nothing is kept aside: %s", async (line) => {
  const queue = openLocalQueue(folder);
  await queue.publish([wanted("a")]);
  writeFileSync(journal, `${line}\n`, { flag: "a" });
  await queue.publish([wanted("b")]);
  expect(readFileSync(join(folder, "damaged.jsonl"), "utf8")).toBe(`${line}\n`);
  expect(await queue.claim(5)).toHaveLength(2);
  await queue.close();
});

test("a journal of an earlier Thoth is read, and refused by that one once it was written to", async () => {
  const entry = { priority: 10, attempt: 0, failures: 0, notBefore: 0 };
  const lease = { until: Date.now() + 100_000, by: ownIdentity() };
  const lines = [
    { queue: "1.0.0", nextId: 5 },
    [
      {
        op: "put",
        entries: [
          { id: 1, message: wanted("a"), ...entry },
          { id: 3, message: wanted("b"), ...entry },
        ],
      },
    ],
    [{ op: "claim", ids: [1], lease }],
  ];
  writeFileSync(journal, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const queue = openLocalQueue(folder);
  expect(await queue.stats()).toMatchObject({ ready: 1, leased: 1, oldest: undefined });
  expect(readFileSync(journal, "utf8")).toContain('"queue":"1.0.0"');
  await queue.publish([wanted("c")]);
  expect(readFileSync(journal, "utf8")).toMatch(/^\{"queue":"2\.0\.0","nextId":5\}\n/);
  expect((await queue.claim(5)).map(({ id }) => id)).toEqual(["3.1", "5.1"]);
  await queue.close();
});

test("a line that is longer than a block is read as a whole", async () => {
  const queue = openLocalQueue(folder);
  const messages = Array.from({ length: 20_000 }, (_, at) => wanted(`package-${at}`));
  expect(await queue.publish(messages)).toBe(20_000);
  expect((await openLocalQueue(folder).stats()).ready).toBe(20_000);
  await queue.close();
});
