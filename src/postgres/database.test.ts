import { afterAll, beforeAll, expect, test } from "vitest";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { type Database, openDatabase, type PostgresSettings } from "./database.ts";
import { migrate } from "./migrations.ts";

let server: PostgresServer;
let settings: PostgresSettings;

async function using<T>(
  action: (database: Database) => Promise<T>,
  changed: Partial<PostgresSettings> = {},
  options: Parameters<typeof openDatabase>[1] = {},
): Promise<T> {
  const database = openDatabase({ ...settings, ...changed }, options);
  try {
    return await action(database);
  } finally {
    await database.close();
  }
}

/** A server starts in a second or two; on a busy machine in many. */
const startMs = 60_000;

describeWithPostgres("a database", () => {
  beforeAll(async () => {
    server = await startPostgres();
    const { url } = server.database("team");
    settings = { url, origin: "THOTH_POSTGRESQL_URL", schema: "thoth" };
  }, startMs);
  afterAll(() => server.remove());

  workRules();
  refusalRules();
  migrationRules();
});

function workRules(): void {
  test("a transaction whose action throws leaves nothing", async () => {
    await using(async (database) => {
      await database.query("CREATE TABLE kept (n integer)");
      const failing = database.transaction(async (queries) => {
        await queries.query("INSERT INTO kept VALUES ($1)", [1]);
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await database.query("SELECT n FROM kept")).toEqual([]);
    });
  });

  test("more work than connections waits for one", async () => {
    await using(
      async (database) => {
        const all = Array.from({ length: 40 }, () =>
          database.transaction((queries) => queries.query("SELECT pg_sleep(0.001)")),
        );
        expect(await Promise.all(all)).toHaveLength(40);
      },
      {},
      { connections: 2 },
    );
  });

  test("a server that was killed and started again is no more than a pause", async () => {
    await using(async (database) => {
      await database.query("CREATE TABLE counted (n integer PRIMARY KEY)");
      const insert = (n: number) =>
        database.transaction((queries) =>
          queries.query("INSERT INTO counted VALUES ($1) ON CONFLICT DO NOTHING", [n]),
        );
      const work = (async () => {
        for (let n = 0; n < 300; n += 1) await insert(n);
      })();
      await insert(1000);
      await server.kill();
      await server.start();
      await work;
      expect(await database.query("SELECT count(*)::int AS n FROM counted")).toEqual([{ n: 301 }]);
    });
  });
}

function refusalRules(): void {
  const one = (database: Database) => database.query("SELECT 1 AS one");
  test.each([
    [
      "a wrong password",
      () => settings.url.replace(/:[^:@]*@/, ":wrong@"),
      "database-refused",
      /refuses the user/,
    ],
    [
      "a database that is not there",
      () => settings.url.replace(/team$/, "other"),
      "database-refused",
      /does not exist/,
    ],
    [
      "nobody at the port",
      () => settings.url.replace(/:\d+\//, ":1/"),
      "database-unreachable",
      /no answer/,
    ],
    ["a host without TLS", () => `${settings.url}?sslmode=require`, "database-refused", /TLS/],
  ])(
    "%s is told with the place of the setting and never the password",
    async (_, url, code, says) => {
      const problem: unknown = await using(one, { url: url() }).catch((error: unknown) => error);

      expect(problem).toMatchObject({ code, message: expect.stringMatching(says) });
      expect(String(problem)).toContain("set by THOTH_POSTGRESQL_URL");
      expect(JSON.stringify([String(problem), problem])).not.toMatch(/wrong|superuser/);
    },
  );
}

function migrationRules(): void {
  test("two that start at once make the tables once", async () => {
    const part = {
      name: "example",
      migrations: [
        (schema: string) => `CREATE TABLE ${schema}.example (n integer)`,
        (schema: string) => `ALTER TABLE ${schema}.example ADD COLUMN text text`,
      ],
    };
    await using((first) =>
      using(async (second) => {
        await Promise.all([migrate(first, part), migrate(second, part), migrate(first, part)]);
        expect(await first.query("SELECT * FROM thoth.example")).toEqual([]);
      }),
    );
  });

  test("tables that a newer Thoth made are left alone", async () => {
    const part = { name: "newer", migrations: [] };
    await using(async (database) => {
      await migrate(database, { name: "newer", migrations: [() => "SELECT 1"] });
      await expect(migrate(database, part)).rejects.toMatchObject({
        code: "database-refused",
        message: expect.stringContaining("made by a newer Thoth (1)"),
      });
    });
  });
}
