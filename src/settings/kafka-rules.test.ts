import { expect, test } from "vitest";
import { brokersIn, kafkaRules } from "./kafka-rules.ts";
import { environmentSource } from "./sources.ts";

function brokers(settings: Readonly<Record<string, string>>) {
  const names = Object.entries(settings).map(([name, value]) => [`THOTH_KAFKA_${name}`, value]);
  return brokersIn([environmentSource(Object.fromEntries(names))], kafkaRules("/home/one"));
}

test("brokers alone are a cluster without TLS and without a user", () => {
  expect(brokers({ BROKERS: "one.example:9092, [::1]:9093" })).toEqual({
    brokers: ["one.example:9092", "[::1]:9093"],
    origin: "THOTH_KAFKA_BROKERS",
    client: "kafkajs",
    topicPrefix: "thoth",
    tls: undefined,
    login: undefined,
  });
  expect(brokers({ TLS: "true" })).toBeUndefined();
});

test("a file of TLS says that TLS is wanted, unless that is denied", () => {
  const given = { BROKERS: "one.example:9092", CA: "/etc/ca.pem" };
  const files = { ca: "/etc/ca.pem", cert: undefined, key: undefined };
  expect(brokers(given)?.tls).toEqual(files);
  expect(brokers({ ...given, TLS: "false" })?.tls).toBeUndefined();
});

test("a user comes with a password and a mechanism", () => {
  const given = { BROKERS: "one.example:9092", USERNAME: "thoth", PASSWORD: "hidden" };
  expect(brokers({ ...given, SASL_MECHANISM: "SCRAM-SHA-512" })?.login).toEqual({
    mechanism: "scram-sha-512",
    username: "thoth",
    password: "hidden",
  });
});

test("a password without a user is told without the password", () => {
  const given = { BROKERS: "one.example:9092", PASSWORD: "hidden" };
  expect(() => brokers(given)).toThrow("kafka_password is set, and kafka_username is not");
  expect(() => brokers(given)).not.toThrow(/hidden/);
});

test("an address with a password in it is refused, and not shown", () => {
  const given = { BROKERS: "kafka://one:hidden@two.example:9092" };
  expect(() => brokers(given)).toThrow("THOTH_KAFKA_BROKERS takes addresses without a user");
  expect(() => brokers(given)).not.toThrow(/hidden/);
  expect(() => brokers({ BROKERS: "two.example" })).toThrow(
    /^THOTH_KAFKA_BROKERS takes `HOST:PORT`/,
  );
});
