import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { describeWithKafka } from "../../fixtures/describe-with-kafka.ts";
import { type KafkaBroker, startKafka } from "../../fixtures/kafka-broker.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { openKafkaQueue } from "./kafka-queue.ts";
import { queueSuite } from "./queue-suite.ts";

describeWithKafka("Kafka", () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafka();
  }, 180_000);
  afterAll(() => broker.remove());

  const fresh = (): BrokerSettings => ({
    brokers: [broker.address],
    origin: "the test",
    client: "kafkajs",
    topicPrefix: `t${randomUUID()}`,
    tls: undefined,
    login: undefined,
  });

  queueSuite("a queue in Kafka", (surroundings) => {
    const settings = fresh();
    return {
      queue: openKafkaQueue(settings, surroundings),
      reopen: () => openKafkaQueue(settings, surroundings),
      remove: () => {},
    };
  });
});
