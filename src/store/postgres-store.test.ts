import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { builtDatabaseReader } from "../../fixtures/database-reader.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./postgres-store.ts";
import { storeSuite } from "./store-suite.ts";

let server: PostgresServer;
let url: string;
let folder: string;
let reader: string;
let worlds = 0;

/** Tables and a cache of their own. */
function newWorld(): PostgresStoreOptions {
  worlds += 1;
  const settings = { url, origin: "THOTH_POSTGRESQL_URL", schema: `world${worlds}` };
  return { settings, cacheDirectory: join(folder, String(worlds)), reader };
}

describeWithPostgres("PostgreSQL", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "thoth-store-"));
    [server, reader] = await Promise.all([startPostgres(), builtDatabaseReader(folder)]);
    url = server.database("team").url;
  });
  afterAll(async () => {
    await server.remove();
    rmSync(folder, { recursive: true });
  });

  storeSuite("knowledge in PostgreSQL", () => {
    const options = newWorld();
    return {
      store: openPostgresStore(options),
      reopen: () => openPostgresStore(options),
      remove: () => {},
    };
  });
});
