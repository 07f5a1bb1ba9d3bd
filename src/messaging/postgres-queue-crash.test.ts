import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChildScript, childScript } from "../../fixtures/killed-child.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { openDatabase } from "../postgres/database.ts";
import { openPostgresQueue } from "./postgres-queue.ts";
import type { MessageQueue } from "./queue.ts";
import { nameOf, wanted } from "./queue-example.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 3);
const messages = Number(process.env["CRASH_MESSAGES"] ?? 600);

// Takes some messages a turn, and says which before it acknowledges them and after.
const worker = `
  import { writeSync } from "node:fs";
  import { openPostgresQueue } from "./src/messaging/postgres-queue.ts";
  import { openDatabase } from "./src/postgres/database.ts";
  const [url, schema] = process.argv.slice(2);
  const say = (word, names) => writeSync(1, [word, ...names].join(" ") + "\\n");
  const queue = openPostgresQueue(openDatabase({ url, schema, origin: "a test" }));
  while (true) {
    const taken = await queue.claim(4);
    const names = taken.map(({ message }) => message.package_name);
    if (names.length > 0) say("doing", names);
    await queue.ack(taken.map(({ id }) => id));
    if (names.length > 0) say("done", names);
    const { ready, leased } = await queue.stats();
    if (ready + leased === 0) break;
  }
  await queue.close();
`;

let server: PostgresServer;
let child: ChildScript;
let url: string;

const all = Array.from({ length: messages }, (_, at) => `package-${at}`);

function open(schema: string): MessageQueue {
  return openPostgresQueue(openDatabase({ url, origin: "a test", schema }));
}

function said(lines: readonly string[], word: string): string[] {
  return lines.flatMap((line) => (line.startsWith(`${word} `) ? line.split(" ").slice(1) : []));
}

describeWithPostgres("a queue in PostgreSQL", () => {
  beforeAll(async () => {
    [server, child] = await Promise.all([startPostgres(), childScript(worker)]);
    url = server.database("crash").url;
  }, 60_000);
  afterAll(async () => {
    child.remove();
    await server.remove();
  });

  consumerRules();
  serverRules();
  crowdRules();
});

function consumerRules(): void {
  test("of four consumers, one killed and one added, each message is done by one; none is lost", async () => {
    const queue = open("killed");
    await queue.publish(all.map(wanted));
    const first = ["a", "b", "c"].map(() => child.start(url, "killed"));
    const [killed] = first;
    await killed?.wrote(5);
    await killed?.kill();
    const others = [...first.slice(1), child.start(url, "killed")];
    expect(await Promise.all(others.map((one) => one.ended()))).toEqual([0, 0, 0]);

    const byOthers = others.flatMap((one) => said(one.lines, "done"));
    const byKilled = killed?.lines ?? [];
    expect(new Set(byOthers).size).toBe(byOthers.length);
    const doneByKilled = new Set(said(byKilled, "done"));
    expect(byOthers.filter((name) => doneByKilled.has(name))).toEqual([]);
    const known = new Set([...byOthers, ...said(byKilled, "doing")]);
    expect(all.filter((name) => !known.has(name))).toEqual([]);
    expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0, dead: 0 });
    await queue.close();
  }, 120_000);
}

function serverRules(): void {
  test(
    "a server that is killed and started again under load loses nothing, and gives nothing twice",
    async () => {
      const queue = open("restarted");
      const delivered: string[] = [];
      await queue.publish([wanted("first")]);
      const consumers = [open("restarted"), open("restarted")];
      const consume = async (one: MessageQueue) => {
        while (delivered.length < all.length + 1) {
          const taken = await one.claim(10);
          delivered.push(...taken.map(nameOf));
          await one.ack(taken.map(({ id }) => id));
        }
      };
      const work = Promise.all([
        ...consumers.map(consume),
        (async () => {
          for (let at = 0; at < all.length; at += 10) {
            await queue.publish(all.slice(at, at + 10).map(wanted));
          }
        })(),
      ]);
      for (let round = 1; round <= rounds; round += 1) {
        await until(() => delivered.length >= (round * all.length) / (rounds + 1));
        await server.kill();
        await server.start();
      }
      await work;
      expect(delivered.sort()).toEqual([...all, "first"].sort());
      expect(await queue.stats()).toMatchObject({ ready: 0, leased: 0, dead: 0 });
      await Promise.all([queue, ...consumers].map((one) => one.close()));
    },
    60_000 + rounds * 20_000,
  );
}

function crowdRules(): void {
  test("more work than the server has room for waits for its turn", async () => {
    const small = await startPostgres({ settings: ["max_connections=10"] });
    const { url: address } = small.database("crowd");
    const settings = { url: address, origin: "a test", schema: "crowd" };
    const queues = Array.from({ length: 4 }, () => openPostgresQueue(openDatabase(settings)));
    for (const one of queues) await one.stats();
    const some = all.slice(0, 200);
    await queues[0]?.publish(some.map(wanted));
    const delivered: string[] = [];
    const consume = async (queue: MessageQueue) => {
      while (delivered.length < some.length) {
        const taken = await queue.claim(3);
        delivered.push(...taken.map(nameOf));
        await queue.ack(taken.map(({ id }) => id));
      }
    };
    await Promise.all([...queues, ...queues, ...queues].map(consume));
    expect(delivered.sort()).toEqual([...some].sort());
    await Promise.all(queues.map((one) => one.close()));
    await small.remove();
  }, 120_000);
}

/** Looks at every turn of the loop that others keep busy. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
