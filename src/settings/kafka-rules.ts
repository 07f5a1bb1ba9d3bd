import {
  type BrokerLogin,
  type BrokerSettings,
  kafkaClients,
  type SaslMechanism,
  saslMechanisms,
} from "../messaging/broker-settings.ts";
import { ThothError } from "../util/errors.ts";
import { folder, type Reader, someNames, someText, yesOrNo } from "../util/setting-readers.ts";
import { givenIn, type Source, standardOf } from "./sources.ts";

/** Settings of the Kafka cluster that messages wait in, where `messaging` is `kafka`. */
export function kafkaRules(home: string) {
  const file = (name: string) => ({ name, read: folder(home), takes: "a file in PEM format" });
  return {
    kafkaBrokers: {
      name: "kafka_brokers",
      read: addresses,
      takes: "`HOST:PORT`, with commas between",
    },
    kafkaClient: {
      name: "kafka_client",
      read: oneOf(kafkaClients),
      takes: "`kafkajs` or `confluent`",
      standard: "kafkajs",
    },
    kafkaTopicPrefix: {
      name: "kafka_topic_prefix",
      read: topicPrefix,
      takes: "a name of letters, digits, `.`, `_` and `-`",
      standard: "thoth",
    },
    kafkaTls: { name: "kafka_tls", read: yesOrNo, takes: "`true` or `false`" },
    kafkaCa: file("kafka_ca"),
    kafkaCert: file("kafka_cert"),
    kafkaKey: file("kafka_key"),
    kafkaSaslMechanism: {
      name: "kafka_sasl_mechanism",
      read: oneOf(saslMechanisms),
      takes: "`plain`, `scram-sha-256` or `scram-sha-512`",
      standard: "plain",
    },
    kafkaUsername: { name: "kafka_username", read: someText, takes: "the name of a user" },
    kafkaPassword: {
      name: "kafka_password",
      read: someText,
      takes: "a password",
      secret: true as const,
    },
  };
}

/**
 * What the settings say of a cluster; undefined where none is named. A file of TLS says that TLS is
 * wanted. Throws `bad-configuration` for a user without a password, a password without a user,
 * or a user in an address.
 */
export function brokersIn(
  sources: readonly Source[],
  rules: ReturnType<typeof kafkaRules>,
): BrokerSettings | undefined {
  refuseCredentials(sources, rules.kafkaBrokers.name);
  const found = givenIn(sources, rules.kafkaBrokers);
  if (found === undefined) return undefined;
  const [ca, cert, key] = [rules.kafkaCa, rules.kafkaCert, rules.kafkaKey].map(
    (rule) => givenIn(sources, rule)?.value,
  );
  const isSecure =
    givenIn(sources, rules.kafkaTls)?.value ?? [ca, cert, key].some((path) => path !== undefined);
  return {
    brokers: found.value,
    origin: found.given.origin,
    client: givenIn(sources, rules.kafkaClient)?.value ?? standardOf(rules.kafkaClient),
    topicPrefix:
      givenIn(sources, rules.kafkaTopicPrefix)?.value ?? standardOf(rules.kafkaTopicPrefix),
    tls: isSecure ? { ca, cert, key } : undefined,
    login: loginIn(sources, rules),
  };
}

/** Before anything shows the address. */
function refuseCredentials(sources: readonly Source[], setting: string): void {
  for (const source of sources) {
    const given = source.given(setting);
    if (given?.text.includes("@") !== true) continue;
    throw new ThothError("bad-configuration", `${given.origin} takes addresses without a user`, {
      hint: "set kafka_username, and THOTH_KAFKA_PASSWORD in the environment",
    });
  }
}

function loginIn(
  sources: readonly Source[],
  rules: ReturnType<typeof kafkaRules>,
): BrokerLogin | undefined {
  const username = givenIn(sources, rules.kafkaUsername);
  const password = givenIn(sources, rules.kafkaPassword);
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const [there, missing] =
      username === undefined
        ? ["kafka_password", "kafka_username"]
        : ["kafka_username", "kafka_password"];
    throw new ThothError("bad-configuration", `${there} is set, and ${missing} is not`, {
      hint: `set THOTH_${missing.toUpperCase()}`,
    });
  }
  const mechanism: SaslMechanism =
    givenIn(sources, rules.kafkaSaslMechanism)?.value ?? standardOf(rules.kafkaSaslMechanism);
  return { mechanism, username: username.value, password: password.value };
}

const addresses: Reader<readonly string[]> = (text, base) => {
  const names = someNames(text, base);
  return names?.every((name) => /^[^\s/@:]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i.test(name)) === true
    ? names
    : undefined;
};

/** What Kafka takes in names, with room for our endings. */
const topicPrefix: Reader<string> = (text) =>
  /^[a-z0-9._-]{1,200}$/i.test(text.trim()) ? text.trim() : undefined;

function oneOf<const Names extends readonly string[]>(names: Names): Reader<Names[number]> {
  return (text) => names.find((name) => name === text.trim().toLowerCase());
}
