import { afterAll, beforeAll, expect, test } from "vitest";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../../fixtures/postgres-server.ts";
import { askDatabase, database } from "./database.ts";

let server: PostgresServer;
let team: ReturnType<PostgresServer["database"]>;

function ask(url: string | undefined) {
  const origin = "THOTH_POSTGRESQL_URL";
  return askDatabase({
    knowledge: "json",
    messaging: "postgresql",
    postgresql: url === undefined ? undefined : { url, origin, schema: "thoth" },
  });
}

test("without a back end in a database nothing is asked, and nothing found", async () => {
  const postgresql = { url: "postgresql://127.0.0.1:1/none", origin: "a test", schema: "thoth" };
  const answer = await askDatabase({ knowledge: "json", messaging: "local", postgresql });

  const find = database.find({ database: async () => answer }, new AbortController().signal);
  expect(await find).toEqual([]);
});

test("a database that nobody named, or that is not there, can't be used", async () => {
  expect(await ask(undefined)).toMatchObject({ problem: { code: "bad-configuration" } });
  expect(await ask("postgresql://me:s3cret@127.0.0.1:1/none")).toMatchObject({
    problem: { code: "database-unreachable" },
    findings: [{ condition: "broken", text: expect.not.stringContaining("s3cret") }],
  });
});

describeWithPostgres("a database", () => {
  beforeAll(async () => {
    server = await startPostgres({ settings: ["max_connections=12"] });
    team = server.database("team");
    server.sql("CREATE ROLE guest LOGIN PASSWORD 's3cret'");
  }, 60_000);
  afterAll(() => server.remove());

  test("that answers is told with its version, and with what may be short", async () => {
    const answer = await ask(team.url);

    expect(answer?.problem).toBeUndefined();
    expect(answer?.findings).toMatchObject([
      { condition: "works", facts: { encrypted: false } },
      { condition: "warning", text: expect.stringMatching(/^the server has room for/) },
    ]);
  });

  test("a role that may not use the schema is told of the roles that ship", async () => {
    const answer = await ask(team.as("guest", "s3cret"));

    const rights = answer?.findings.find(({ condition }) => condition === "broken");
    expect(rights?.hint).toContain("roles.sql");
    expect(JSON.stringify(answer)).not.toContain("s3cret");
  });
});
