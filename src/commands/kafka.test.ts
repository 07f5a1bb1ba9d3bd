import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithKafka } from "../../fixtures/describe-with-kafka.ts";
import { type KafkaBroker, startKafka } from "../../fixtures/kafka-broker.ts";
import { wheel } from "../../fixtures/packages.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf } from "../../fixtures/told.ts";

let broker: KafkaBroker;
let database: PostgresServer;

describeWithPostgres("a team", () =>
  describeWithKafka("with messages in Kafka", () => {
    beforeAll(async () => {
      [broker, database] = await Promise.all([startKafka(), startPostgres()]);
    }, 180_000);
    afterAll(() => Promise.all([broker.remove(), database.remove()]));
    loopRules();
    refusalRules();
  }),
);

function loopRules(): void {
  test("what is asked for in Kafka, an investigator elsewhere brings to its end: the lock of one machine", async () => {
    const pipfile = '[packages]\nweb = "*"\n';
    const index = await servedIndex([
      wheel({ name: "web", version: "1.0", requires: ["core"] }),
      wheel({ name: "core", version: "1.0" }),
    ]);
    const [alone, project] = [makeProject({ pipfile }), makeProject({ pipfile })];
    const elsewhere = makeProject();
    const env = {
      THOTH_MESSAGING: "kafka",
      THOTH_KAFKA_BROKERS: broker.address,
      THOTH_KNOWLEDGE: "postgresql",
      THOTH_POSTGRESQL_URL: database.database("team").url,
    };
    const run = (by: TestProject, ...args: readonly string[]) =>
      thoth(by, args, { index: index.url, env });

    await thoth(alone, ["advise"], { index: index.url });
    const asked = await run(project, "advise", "--no-wait");
    const waiting = await run(elsewhere, "queue", "list", "--json");
    const worked = await run(elsewhere, "investigate", "--json");
    const left = await run(project, "queue", "stats");

    expect({ exitCode: asked.exitCode, stderr: asked.stderr }).toEqual({ exitCode: 3, stderr: "" });
    expect(waiting.stdout).toContain('"unresolved_package"');
    expect({ exitCode: worked.exitCode, stderr: worked.stderr }).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(worked.stdout)).toMatchObject({ waiting: 0, dead: [], failed: 0 });
    expect(left.stdout).toBe("The queue is empty\n");
    expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["core==1.0", "web==1.0"]);
    expect(project.files()["Pipfile.lock"]).toBe(alone.files()["Pipfile.lock"]);
  });
}

function refusalRules(): void {
  test("a cluster that refuses, or is none, is told with the setting and a way out", async () => {
    const project = makeProject();
    const run = (env: Readonly<Record<string, string>>) =>
      thoth(project, ["queue", "stats"], { env: { THOTH_MESSAGING: "kafka", ...env } });
    const secure = {
      THOTH_KAFKA_BROKERS: broker.secureAddress,
      THOTH_KAFKA_CA: broker.ca,
      THOTH_KAFKA_USERNAME: "thoth",
    };

    const nowhere = await run({});
    const away = await run({ THOTH_KAFKA_BROKERS: "127.0.0.1:1" });
    const wrong = await run({ ...secure, THOTH_KAFKA_PASSWORD: "guessed" });
    const right = await run({ ...secure, THOTH_KAFKA_PASSWORD: broker.password });

    expect(nowhere).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("set THOTH_KAFKA_BROKERS"),
    });
    expect(away).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("`127.0.0.1:1` (set by THOTH_KAFKA_BROKERS)"),
    });
    expect(wrong).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("check kafka_username, kafka_password"),
    });
    expect(wrong.stderr + wrong.stdout).not.toContain("guessed");
    expect({ exitCode: right.exitCode, stderr: right.stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
}
