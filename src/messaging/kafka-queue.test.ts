import { randomUUID } from "node:crypto";
import { Kafka } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithKafka } from "../../fixtures/describe-with-kafka.ts";
import { type KafkaBroker, startKafka } from "../../fixtures/kafka-broker.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { openKafkaQueue } from "./kafka-queue.ts";
import { wanted } from "./queue-example.ts";
import { queueSuite } from "./queue-suite.ts";

let broker: KafkaBroker;

describeWithKafka("Kafka", () => {
  beforeAll(async () => {
    broker = await startKafka();
  }, 180_000);
  afterAll(() => broker.remove());

  queueSuite("a queue in Kafka", (surroundings) => {
    const chosen = settings();
    return {
      queue: openKafkaQueue(chosen, surroundings),
      reopen: () => openKafkaQueue(chosen, surroundings),
      remove: () => {},
    };
  });

  sharingRules();
  lastingRules();
  topicRules();
  refusalRules();
});

function settings(more: Partial<BrokerSettings> = {}): BrokerSettings {
  return {
    brokers: [broker.address],
    origin: "THOTH_KAFKA_BROKERS",
    client: "kafkajs",
    topicPrefix: `t${randomUUID()}`,
    tls: undefined,
    login: undefined,
    ...more,
  };
}

function secure(password: string, ca: string | undefined): BrokerSettings {
  return settings({
    brokers: [broker.secureAddress],
    tls: { ca, cert: undefined, key: undefined },
    login: { mechanism: "plain", username: "thoth", password },
  });
}

function sharingRules(): void {
  test("several processes share the work: no message twice, none left", async () => {
    const chosen = settings();
    const queues = Array.from({ length: 4 }, () => openKafkaQueue(chosen));
    const given: string[] = [];
    await Promise.all(
      queues.map(async (queue, at) => {
        await queue.publish(Array.from({ length: 30 }, (_, one) => wanted(`p-${(at + one) % 40}`)));
        for (;;) {
          const deliveries = await queue.claim(7);
          if (deliveries.length === 0) break;
          given.push(...deliveries.map(({ id }) => id));
          await queue.ack(deliveries.map(({ id }) => id));
        }
      }),
    );
    const [queue] = queues;
    expect(new Set(given).size).toBe(given.length);
    expect(given.length).toBeGreaterThanOrEqual(33);
    expect(await queue?.stats()).toMatchObject({ ready: 0, leased: 0 });
    await Promise.all(queues.map((one) => one.close()));
  });

  test("calls wait for a broker that was killed, and nothing is lost", async () => {
    const chosen = settings();
    const queue = openKafkaQueue(chosen);
    await queue.publish([wanted("before")]);
    await broker.kill();
    const [during] = await Promise.all([queue.publish([wanted("during")]), broker.start()]);
    expect(during).toBe(1);
    const later = openKafkaQueue(chosen);
    expect((await later.claim(5)).map(({ message }) => message)).toEqual(
      ["before", "during"].map(wanted),
    );
    await Promise.all([queue.close(), later.close()]);
  }, 120_000);
}

function lastingRules(): void {
  test("a log that is mostly history is shortened, and who opens it then misses nothing", async () => {
    const chosen = settings();
    const queue = openKafkaQueue(chosen);
    await queue.publish([wanted("stays")]);
    for (let round = 0; round < 16; round += 1) {
      await queue.publish(
        Array.from({ length: 2000 }, (_, at) => wanted(`${round}-${at}`)),
        { priority: 1 },
      );
      await queue.ack((await queue.claim(2000)).map(({ id }) => id));
    }
    const later = openKafkaQueue(chosen);
    expect(await later.list()).toMatchObject([{ id: "1", message: wanted("stays") }]);
    await later.publish([wanted("next")]);
    expect(await queue.list()).toMatchObject([{ id: "1" }, { id: "32002" }]);
    await Promise.all([queue.close(), later.close()]);
    const admin = new Kafka({ brokers: [broker.address], logLevel: 0 }).admin();
    await admin.connect();
    const [offsets] = await admin.fetchTopicOffsets(`${chosen.topicPrefix}.queue`);
    await admin.disconnect();
    expect(Number(offsets?.low)).toBeGreaterThan(0);
  }, 60_000);
}

function topicRules(): void {
  test("a dead letter has a copy in a topic of its own, for other programs", async () => {
    const chosen = settings();
    const queue = openKafkaQueue(chosen);
    await queue.publish([wanted("poison")]);
    const [delivery] = await queue.claim(1);
    await queue.bury(delivery?.id ?? "", "of no use");
    await queue.close();
    const kafka = new Kafka({ brokers: [broker.address], logLevel: 0 });
    const consumer = kafka.consumer({ groupId: `${chosen.topicPrefix}.test` });
    await consumer.connect();
    await consumer.subscribe({ topics: [`${chosen.topicPrefix}.dead`], fromBeginning: true });
    const copy = await new Promise<readonly unknown[]>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message: { headers = {}, value } }) =>
          resolve([JSON.parse(String(value)), String(headers["reason"]), String(headers["id"])]),
      });
    });
    await consumer.disconnect();
    expect(copy).toEqual([wanted("poison"), "of no use", "1"]);
  });

  test("a topic that forgets messages is refused, with the command that mends it", async () => {
    const chosen = settings();
    const admin = new Kafka({ brokers: [broker.address], logLevel: 0 }).admin();
    await admin.connect();
    const topic = `${chosen.topicPrefix}.queue`;
    await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
    await admin.disconnect();
    const queue = openKafkaQueue(chosen);
    await expect(queue.stats()).rejects.toMatchObject({
      code: "broker-refused",
      message: expect.stringContaining("retention.ms=604800000"),
      hint: expect.stringContaining("--add-config cleanup.policy=delete,retention.ms=-1"),
    });
    await queue.close();
  });
}

function refusalRules(): void {
  test("by TLS with user and password it works the same", async () => {
    const queue = openKafkaQueue(secure(broker.password, broker.ca));
    expect(await queue.publish([wanted("flask")])).toBe(1);
    await queue.close();
  });

  test("a wrong password, an unknown authority and no TLS where it is due are told apart, in seconds", async () => {
    const problems = await Promise.all(
      [
        secure("hidden", broker.ca),
        secure(broker.password, undefined),
        settings({ brokers: [broker.secureAddress] }),
        settings({ brokers: ["127.0.0.1:1"] }),
      ].map(async (chosen) => {
        const queue = openKafkaQueue(chosen);
        const error: unknown = await queue.stats().catch((cause: unknown) => cause);
        await queue.close();
        return error;
      }),
    );
    expect(problems).toMatchObject([
      { code: "broker-refused", message: expect.stringContaining("refuses the user") },
      { code: "broker-refused", hint: expect.stringContaining("kafka_ca") },
      { code: "broker-unreachable", hint: expect.stringContaining("kafka_tls") },
      { code: "broker-unreachable", message: expect.stringContaining("ECONNREFUSED") },
    ]);
    const told = problems.map((error) => (error instanceof Error ? error.message : "")).join("\n");
    expect(told).toContain("(set by THOTH_KAFKA_BROKERS)");
    expect(told).not.toContain("hidden");
  });
}
