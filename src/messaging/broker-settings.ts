/** How a Kafka cluster is reached, and what is ours in it. Paths are absolute. */
export interface BrokerSettings {
  /** `HOST:PORT`, one or more. */
  readonly brokers: readonly string[];
  /** Where they are set: `THOTH_KAFKA_BROKERS` or `.thoth.yaml:5:3`. */
  readonly origin: string;
  readonly client: KafkaClientName;
  /** Names of topics and groups begin with it. */
  readonly topicPrefix: string;
  /** Undefined: without TLS. */
  readonly tls: TlsFiles | undefined;
  /** Undefined: without a user. */
  readonly login: BrokerLogin | undefined;
}

export type KafkaClientName = (typeof kafkaClients)[number];

export type SaslMechanism = (typeof saslMechanisms)[number];

/** The file of the authority (undefined: those the system trusts), and a certificate of our own. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export type BrokerLogin = {
  [Mechanism in SaslMechanism]: {
    readonly mechanism: Mechanism;
    readonly username: string;
    readonly password: string;
  };
}[SaslMechanism];

/** The first of each is the standard. */
export const kafkaClients = ["kafkajs", "confluent"] as const;
export const saslMechanisms = ["plain", "scram-sha-256", "scram-sha-512"] as const;
