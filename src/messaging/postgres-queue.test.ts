import { afterAll, beforeAll } from "vitest";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { type Database, openDatabase } from "../postgres/database.ts";
import { openPostgresQueue } from "./postgres-queue.ts";
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
  });
  afterAll(() => server.remove());

  queueSuite("a queue in PostgreSQL", (surroundings) => {
    const open = openSchema();
    return {
      queue: openPostgresQueue(open(), surroundings),
      reopen: () => openPostgresQueue(open(), surroundings),
      remove: () => {},
    };
  });
});
