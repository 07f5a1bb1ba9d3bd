import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type ChildScript, childScript } from "../../fixtures/killed-child.ts";
import { openLocalQueue } from "./local-queue.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 20);

// Publishes five messages a turn, takes four, and says what it is about to do and what it did.
const worker = `
  import { writeSync } from "node:fs";
  import { createMessage } from "./src/messaging/codec.ts";
  import { openLocalQueue } from "./src/messaging/local-queue.ts";
  const [folder, label, turns] = process.argv.slice(2);
  const say = (word, names) => writeSync(1, [word, ...names].join(" ") + "\\n");
  const queue = openLocalQueue(folder);
  for (let turn = 0; turn < Number(turns); turn += 1) {
    const names = Array.from({ length: 5 }, (_, at) => label + "-" + turn + "-" + at);
    await queue.publish(names.map((package_name) =>
      createMessage("missing_package", { component: "test", serviceVersion: "0" }, {
        package_name,
        index_url: "https://index.example/simple",
      })));
    say("published", names);
    const taken = await queue.claim(4);
    const takenNames = taken.map(({ message }) => message.package_name);
    say("acknowledging", takenNames);
    await queue.ack(taken.map(({ id }) => id));
    say("acknowledged", takenNames);
  }
`;

let child: ChildScript;
let folder: string;
beforeAll(async () => {
  child = await childScript(worker);
});
afterAll(() => child.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-crash-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function said(lines: readonly string[], word: string): string[] {
  return lines.flatMap((line) => (line.startsWith(`${word} `) ? line.split(" ").slice(1) : []));
}

async function drain(): Promise<string[]> {
  const queue = openLocalQueue(folder);
  const deliveries = await queue.claim(1_000_000);
  await queue.close();
  return deliveries.map(({ message }) => ("package_name" in message ? message.package_name : ""));
}

test(
  "kill -9 at any moment loses no message, and what was acknowledged does not come back",
  async () => {
    const lines: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const running = child.start(folder, `round${round}`, "100000");
      await running.wrote(1);
      await sleep(Math.random() * 60);
      await running.kill();
      lines.push(...running.lines);
    }
    const left = await drain();
    const rest = new Set([...left, ...said(lines, "acknowledging")]);
    expect(said(lines, "published").filter((name) => !rest.has(name))).toEqual([]);
    const acknowledged = new Set(said(lines, "acknowledged"));
    expect(left.filter((name) => acknowledged.has(name))).toEqual([]);
    expect(new Set(left).size).toBe(left.length);
  },
  rounds * 5000,
);

test("three processes at once hand every message to one of them", async () => {
  const workers = ["a", "b", "c"].map((label) => child.start(folder, label, "40"));
  expect(await Promise.all(workers.map((one) => one.ended()))).toEqual([0, 0, 0]);
  const lines = workers.flatMap((one) => one.lines);
  const all = [...(await drain()), ...said(lines, "acknowledged")];
  expect(all.sort()).toEqual(said(lines, "published").sort());
}, 60_000);
