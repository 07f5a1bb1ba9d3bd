import { afterAll, beforeAll, expect, test } from "vitest";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import type { Message } from "../model/message.ts";
import { type Database, openDatabase } from "../postgres/database.ts";
import { openPostgresQueue } from "./postgres-queue.ts";
import { nameOf, names, vanished, wanted } from "./queue-example.ts";
import { queueSuite } from "./queue-suite.ts";

let server: PostgresServer;
let url: string;
let schemas = 0;

/** A queue of its own in the one database of these tests. */
function openSchema(): () => Database {
  schemas += 1;
  const schema = `queue_${schemas}`;
  return () => openDatabase({ url, origin: "a test", schema });
}

describeWithPostgres("PostgreSQL", () => {
  beforeAll(async () => {
    server = await startPostgres();
    url = server.database("team").url;
  }, 60_000);
  afterAll(() => server.remove());

  queueSuite("a queue in PostgreSQL", (surroundings) => {
    const open = openSchema();
    return {
      queue: openPostgresQueue(open(), surroundings),
      reopen: () => openPostgresQueue(open(), surroundings),
      remove: () => {},
    };
  });

  viewRules();
  deadLetterRules();
});

function viewRules(): void {
  test("a consumer that accepts one of thousands finds it, and what comes later", async () => {
    const queue = openPostgresQueue(openSchema()());
    const many = Array.from({ length: 2500 }, (_, at) => wanted(`package-${at}`));
    await queue.publish([...many, vanished("last")]);
    const accept = ({ type }: Message) => type === "missing_package";
    expect((await queue.claim(5, { accept })).map(nameOf)).toEqual(["last"]);
    expect(await queue.claim(5, { accept })).toEqual([]);
    await queue.publish([wanted("more"), vanished("urgent")], { priority: 1 });
    // Reading thousands again has to be worth its while
    const claimed = async () => (await queue.claim(5, { accept })).map(nameOf);
    await expect.poll(claimed, { timeout: 60_000 }).toEqual(["urgent"]);
    expect(await names(queue, 2)).toEqual(["more", "package-0"]);
    await queue.close();
  });

  test("what another consumer publishes is found, though all was looked at before", async () => {
    const open = openSchema();
    const [queue, other] = [openPostgresQueue(open()), openPostgresQueue(open())];
    const accept = () => true;
    expect(await queue.claim(5, { accept })).toEqual([]);
    const never = new AbortController().signal;
    const news = queue.news?.(60_000, never);
    await other.publish([wanted("a")]);
    await news;
    expect((await queue.claim(5, { accept })).map(nameOf)).toEqual(["a"]);
    await Promise.all([queue.close(), other.close()]);
  });
}

function deadLetterRules(): void {
  test("what nobody can take is a dead letter that says why, not a delivery", async () => {
    const open = openSchema();
    const queue = openPostgresQueue(open());
    await queue.publish([wanted("a"), wanted("b"), wanted("c")]);
    const database = open();
    const table = `${database.schema}.message`;
    await database.query(`UPDATE ${table} SET message = replace(message, 'v2', 'v9') WHERE id = 1`);
    await database.query(`UPDATE ${table} SET attempt = 50 WHERE id = 2`);
    await database.close();
    expect(await names(queue, 1)).toEqual(["c"]);
    expect(await queue.deadLetters()).toMatchObject([
      { id: "1", reason: 'unresolved_package has version "v9", known is v2' },
      { id: "2", reason: "delivered 50 times and never acknowledged" },
    ]);
    await queue.close();
  });

  test("a reason may hold any character", async () => {
    const queue = openPostgresQueue(openSchema()());
    await queue.publish([wanted("a")]);
    const [delivery] = await queue.claim(1);
    await queue.bury(delivery?.id ?? "", "nul \0, half \ud800, quote '");
    expect(await queue.deadLetters()).toMatchObject([
      { reason: expect.stringContaining("quote '") },
    ]);
    await queue.close();
  });
}
