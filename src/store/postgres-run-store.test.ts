import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtDatabaseReader } from "../../fixtures/database-reader.ts";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import type { AdviceRun } from "../model/run.ts";
import { openDatabase, type PostgresSettings } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations.ts";
import { openReader } from "../postgres/reader.ts";
import { knowledgeTables } from "./database-tables.ts";
import { openPostgresRunStore } from "./postgres-run-store.ts";
import type { RunStore } from "./run-store.ts";

let server: PostgresServer;
let settings: PostgresSettings;
let built: string;
let reader: string;

function exampleRun(id: string, project: string): AdviceRun {
  return {
    ...{ id, project, runtime: null, python: "3.11", verify: null, dev: true, upgrade: [] },
    ...{ purpose: "asked", causes: [], state: "waiting", waitingFor: [], further: 0, passes: 1 },
    startedAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
  };
}

/** The runs as two machines see them. */
async function onTwoMachines(
  action: (first: RunStore, second: RunStore) => Promise<void>,
): Promise<void> {
  const database = openDatabase(settings);
  const reading = openReader(settings, reader);
  const machine = (name: string) =>
    openPostgresRunStore({
      database: async () => database,
      read: (sql, values) => reading.query(sql.replaceAll("$.", "thoth."), values),
      folder: temporaryFolder(),
      machine: name,
    });
  try {
    await migrate(database, knowledgeTables);
    await action(machine("first"), machine("second"));
  } finally {
    await reading.close();
    await database.close();
  }
}

/** A server starts in a second or two; on a busy machine in many. */
const startMs = 60_000;

describeWithPostgres("runs of a team", () => {
  beforeAll(async () => {
    built = mkdtempSync(join(tmpdir(), "thoth-reader-"));
    [server, reader] = await Promise.all([startPostgres(), builtDatabaseReader(built)]);
    settings = { url: server.database("team").url, origin: "a test", schema: "thoth" };
  }, startMs);
  afterAll(async () => {
    await server.remove();
    rmSync(built, { recursive: true });
  });

  test("a run goes on at the machine that has its project, and all see it and what it left", async () => {
    await onTwoMachines(async (first, second) => {
      const run = exampleRun("a", temporaryFolder());
      await first.put(run);

      expect(second.get("a")).toEqual(run);
      expect([first.waiting(), second.waiting()]).toEqual([[run], []]);
      expect([first.isHere(run), second.isHere(run)]).toEqual([true, false]);
      expect(first.isHere({ id: null, project: "/not/here" })).toBe(false);

      writeFiles(first.folder("a"), { "advice.json": "{}", "run.lock.1.tmp": "x" });
      const done: AdviceRun = { ...run, state: "done", outcome: "locked", lock: "written" };
      await first.put(done);
      expect(second.all()).toEqual([done]);
      expect(readFileSync(join(second.folder("a"), "advice.json"), "utf8")).toBe("{}");
      expect(first.waiting()).toEqual([]);
    });
  });

  test("one process at a time works on a run, wherever it is", async () => {
    await onTwoMachines(async (first, second) => {
      const { signal } = new AbortController();
      const order: string[] = [];
      const held = await first.hold("b", signal);
      const waiting = second.hold("b", signal).then((lock) => {
        order.push("second");
        lock.release();
      });
      await first.put(exampleRun("b", "/"));
      order.push("first");
      held.release();
      await waiting;
      expect(order).toEqual(["first", "second"]);

      const leaving = new AbortController();
      const again = await first.hold("b", signal);
      const given = second.hold("b", leaving.signal);
      leaving.abort();
      await expect(given).rejects.toThrow();
      again.release();
    });
  });
});
