import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { osvRecord } from "../../fixtures/advisories.ts";
import { builtDatabaseReader } from "../../fixtures/database-reader.ts";
import { temporaryFolder } from "../../fixtures/folder.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { AdvisoryCollector } from "../advisory/database.ts";
import type { MetadataFact } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { openDatabase } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations.ts";
import { packageName } from "../python/name.ts";
import { importAdvisories } from "./advisory-import.ts";
import { knowledgeTables } from "./database-tables.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./postgres-store.ts";
import type { KnowledgeStore } from "./store.ts";
import { examplePage } from "./store-example.ts";
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

/** A server starts in a second or two; on a busy machine in many. */
const startMs = 60_000;

describeWithPostgres("PostgreSQL", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "thoth-store-"));
    [server, reader] = await Promise.all([startPostgres(), builtDatabaseReader(folder)]);
    url = server.database("team").url;
  }, startMs);
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
  sharedRules();
  roleRules();
  faultRules();
  cacheRules();
});

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const release = (version: string) => ({ name: flask, version, index });
const wheel = "flask-1-py3-none-any.whl";
const metadata: MetadataFact = {
  state: "known",
  requires: ["werkzeug"],
  extras: [],
  via: "metadata-file",
  observedAt: "2026-01-02T03:04:05Z",
};

/** Opens stores that are closed when the action ends. */
async function using<T>(
  options: PostgresStoreOptions,
  action: (open: (changed?: Partial<PostgresStoreOptions>) => KnowledgeStore) => Promise<T>,
): Promise<T> {
  const stores: KnowledgeStore[] = [];
  try {
    return await action((changed = {}) => {
      const store = openPostgresStore({ ...options, ...changed });
      stores.push(store);
      return store;
    });
  } finally {
    for (const store of stores) await store.close();
  }
}

function sharedRules(): void {
  test("of many that write to one package at once each fact is kept", async () => {
    await using(newWorld(), async (open) => {
      const writers = Array.from({ length: 4 }, () => open());
      const all = Array.from({ length: 40 }, (_, at) => `1.${at}`);
      await Promise.all(
        all.map(async (version, at) => {
          const writer = writers[at % 4] ?? open();
          writer.putPage(examplePage(at, ...all.slice(0, at)));
          writer.putMetadata(release(version), wheel, metadata);
          await writer.flush();
        }),
      );
      const reader = open();
      expect(
        all.filter((version) => reader.metadata(release(version), wheel) === undefined),
      ).toEqual([]);
      expect(reader.releases(flask, index)).toMatchObject({ checkedAt: 39, count: 39 });
    });
  });

  test("advisories that one machine imports are those of all", async () => {
    const options = newWorld();
    const folder = temporaryFolder();
    const other = { cacheDirectory: temporaryFolder() };
    await using(options, async (open) => {
      const [first, second] = [open(), open(other)];
      expect(second.advisories(flask, "1.0")).toBeUndefined();
      const collector = new AdvisoryCollector();
      const record = osvRecord({ id: "PYSEC-2026-1", name: "flask", versions: ["1.0"] });
      collector.add("PYSEC-2026-1.json", record, "");
      const collection = collector.collected(Date.now());
      const request = { store: folder, collection, source: "a file", now: 1, untold: [] };
      await importAdvisories(request);
      await first.shareAdvisories(folder);
      second.catchUp();
      const revision = second.revision();
      expect(second.advisories(flask, "1.0")).toMatchObject([{ id: "PYSEC-2026-1" }]);
      expect(second.advisories(flask, "1.1")).toEqual([]);

      await importAdvisories({ ...request, now: 2 });
      await first.shareAdvisories(folder);
      second.catchUp();
      expect(second.advisoryDatabase()?.importedAt).toBe("1970-01-01T00:00:00.002Z");
      expect(second.advisories(flask, "1.0")).toHaveLength(1);
      expect(second.revision()).toBe(revision);
    });
  });
}

function roleRules(): void {
  test("a role that may read advises from what is known; what it puts is refused and kept", async () => {
    const { as } = server.database("roles");
    const text = readFileSync(
      join(import.meta.dirname, "../../deploy/postgresql/roles.sql"),
      "utf8",
    );
    server.sql(text, "roles");
    const roles = ["owner", "investigator", "adviser"] as const;
    for (const role of roles) server.sql(`ALTER ROLE thoth_${role} PASSWORD 'pw'`);
    const base = newWorld();
    const of = (role: (typeof roles)[number]) => ({
      settings: { ...base.settings, schema: "thoth", url: as(`thoth_${role}`, "pw") },
    });
    await using(base, async (open) => {
      const early = open(of("adviser"));
      expect(() => early.revision()).toThrow(/role may not change them/);
      const settings = of("owner").settings;
      const database = openDatabase(settings);
      await migrate(database, knowledgeTables);
      await database.close();

      const investigator = open(of("investigator"));
      investigator.putPage(examplePage(1, "3.0.3"));
      await investigator.flush();
      const adviser = open(of("adviser"));
      expect(adviser.releases(flask, index)?.count).toBe(1);
      adviser.putMetadata(release("3.0.3"), wheel, metadata);
      await expect(adviser.flush()).rejects.toMatchObject({
        code: "database-refused",
        hint: expect.stringContaining("deploy/postgresql/roles.sql"),
      });
      expect(adviser.metadata(release("3.0.3"), wheel)).toEqual(metadata);
      expect(investigator.metadata(release("3.0.3"), wheel)).toBeUndefined();
    });
  });
}

function faultRules(): void {
  test("a server killed under load and started again loses nothing that was flushed or put", async () => {
    await using(newWorld(), async (open) => {
      const writers = [open(), open(), open()];
      const versions = Array.from({ length: 60 }, (_, at) => `2.${at}`);
      for (let round = 0; round < 4; round += 1) {
        const put = versions.slice(15 * round, 15 * (round + 1));
        for (const [at, version] of put.entries())
          writers[at % 3]?.putMetadata(release(version), wheel, metadata);
        const flushed = Promise.all(writers.map((writer) => writer.flush()));
        if (round > 0) await server.kill();
        if (round > 0) await server.start();
        await flushed;
      }
      const [reader] = writers;
      reader?.catchUp();
      const known = versions.filter((version) => reader?.metadata(release(version), wheel));
      expect(known).toEqual(versions);
    });
  });

  test("where all places of the server are taken, work waits for one", async () => {
    const options = newWorld();
    const small = await startPostgres({ settings: ["max_connections=8"] });
    try {
      const settings = { ...options.settings, url: small.database("team").url };
      await using({ ...options, settings }, async (open) => {
        const writers = [open(), open()];
        for (const writer of writers) expect(writer.revision()).toMatch(/^0-/);
        const versions = Array.from({ length: 12 }, (_, at) => `3.${at}`);
        await Promise.all(
          versions.map(async (version, at) => {
            const writer = writers[at % 2] ?? open();
            writer.putMetadata(release(version), wheel, metadata);
            await writer.flush();
          }),
        );
        const [reader] = writers;
        reader?.catchUp();
        expect(versions.every((version) => reader?.metadata(release(version), wheel))).toBe(true);
      });
    } finally {
      await small.remove();
    }
  });
}

function cacheRules(): void {
  test("a file of the cache that was damaged is read from the database again", async () => {
    const options = newWorld();
    await using(options, async (open) => {
      const writer = open();
      writer.putPage(examplePage(1, "3.0.3"));
      await writer.flush();
      expect(open().releases(flask, index)?.count).toBe(1);
      const [path = ""] = readdirSync(options.cacheDirectory, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith("releases.json"))
        .map((name) => join(options.cacheDirectory, name));
      writeFileSync(path, "{");

      const unlucky = open();
      expect(unlucky.releases(flask, index)).toBeUndefined();
      expect(unlucky.damaged()).toHaveLength(1);
      expect(open().releases(flask, index)?.count).toBe(1);
    });
  });
}
