import { readFileSync } from "node:fs";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import type { BrokerSettings, TlsFiles } from "./broker-settings.ts";

/** The part of a client library that the queue uses; both libraries have it, in the words of kafkajs. */
export interface KafkaLibrary {
  admin(): KafkaAdmin;
  producer(): KafkaProducer;
  consumer(groupId: string): KafkaConsumer;
  /** How `run` is told that offsets are not to be committed, where it wants to be told. */
  readonly running: { readonly autoCommit?: false };
  /** The same of acknowledgement by all replicas. */
  readonly sending: { readonly acks?: -1 };
}

interface Connected {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

export interface KafkaAdmin extends Connected {
  createTopics(options: {
    topics: {
      topic: string;
      numPartitions: number;
      replicationFactor: number;
      configEntries: { name: string; value: string }[];
    }[];
    waitForLeaders?: boolean;
  }): Promise<boolean>;
  fetchTopicOffsets(topic: string): Promise<{ low: string; high: string }[]>;
  deleteTopicRecords(options: { topic: string; partitions: PartitionOffset[] }): Promise<void>;
  listTopics(): Promise<string[]>;
  describeCluster?(): Promise<{ brokers: unknown[] }>;
  describeConfigs?(options: {
    resources: { type: number; name: string; configNames: string[] }[];
    includeSynonyms: boolean;
  }): Promise<{
    resources: { configEntries: { configName: string; configValue: string }[] }[];
  }>;
}

export interface KafkaProducer extends Connected {
  send(record: {
    topic: string;
    acks?: number;
    messages: {
      key?: string;
      value: string;
      partition?: number;
      headers?: Record<string, string>;
    }[];
  }): Promise<{ baseOffset?: string }[]>;
}

export interface ReceivedMessage {
  readonly offset: string;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, unknown>>;
}

export interface KafkaConsumer extends Connected {
  subscribe(options: { topics: string[]; fromBeginning?: boolean }): Promise<void>;
  run(options: {
    autoCommit?: false;
    eachBatch(payload: { batch: { readonly messages: readonly ReceivedMessage[] } }): Promise<void>;
  }): Promise<void>;
  seek(place: PartitionOffset & { topic: string }): void;
  on?(name: "consumer.group_join", listener: () => void): unknown;
  on?(
    name: "consumer.crash",
    listener: (event: { payload: { error: Error; restart: boolean } }) => void,
  ): unknown;
}

const clientId = "thoth";
const connectionTimeout = 3000;
const requestTimeout = 10_000;
/** Of one call; whoever has the patience calls again. */
const retry = { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 };
/** A new cluster makes the topic of its groups when the first one asks. */
const patientRetry = { ...retry, retries: 20 };
/** How long a reader may be silent before its place is given up, and how long it waits for records. */
const reading = { sessionTimeout: 30_000, heartbeatInterval: 3000, maxWaitTimeInMs: 500 };

/** The library that the settings name. Throws `tool-missing` and `bad-configuration`. */
export function kafkaLibrary(settings: BrokerSettings): Promise<KafkaLibrary> {
  return settings.client === "confluent" ? confluent(settings) : kafkajs(settings);
}

async function kafkajs({ brokers, tls, login }: BrokerSettings): Promise<KafkaLibrary> {
  const { default: library } = await installed(() => import("kafkajs"), "kafkajs@2");
  const kafka = new library.Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout,
    authenticationTimeout: requestTimeout,
    requestTimeout,
    retry,
    logCreator: () => () => {},
    ...(tls === undefined ? {} : { ssl: contentsOf(tls) }),
    ...(login === undefined ? {} : { sasl: login }),
  });
  return {
    admin: () => kafka.admin(),
    // Not idempotent: that mode lost acknowledged messages when a broker was killed
    producer: () => kafka.producer({ idempotent: false, allowAutoTopicCreation: false }),
    consumer: (groupId) =>
      kafka.consumer({ groupId, ...reading, retry: patientRetry, allowAutoTopicCreation: false }),
    running: { autoCommit: false },
    sending: { acks: -1 },
  };
}

/** The maintained client, whose options have other places: those of librdkafka stand beside. */
async function confluent({ brokers, tls, login }: BrokerSettings): Promise<KafkaLibrary> {
  // Not even its types are installed with Thoth
  const name: string = "@confluentinc/kafka-javascript";
  const library: unknown = await installed(() => import(name), `${name}@1`);
  if (!isConfluent(library)) throw new Error(`${name} has no KafkaJS`);
  const { ca, cert, key } = tls ?? {};
  const files = {
    "ssl.ca.location": ca,
    "ssl.certificate.location": cert,
    "ssl.key.location": key,
  };
  const named = Object.entries(files).filter(([, path]) => path !== undefined);
  const kafka = new library.KafkaJS.Kafka({
    kafkaJS: {
      clientId,
      brokers: [...brokers],
      connectionTimeout,
      requestTimeout,
      retry,
      logLevel: 0,
      ssl: tls !== undefined,
      ...(login === undefined ? {} : { sasl: login }),
    },
    ...Object.fromEntries(named),
  });
  const { sessionTimeout, heartbeatInterval, maxWaitTimeInMs } = reading;
  return {
    admin: () => kafka.admin(),
    producer: () =>
      kafka.producer({ kafkaJS: { acks: -1, idempotent: false, allowAutoTopicCreation: false } }),
    consumer: (groupId) =>
      kafka.consumer({
        kafkaJS: {
          groupId,
          sessionTimeout,
          heartbeatInterval,
          maxWaitTimeInMs,
          retry: patientRetry,
          fromBeginning: true,
          autoCommit: false,
          allowAutoTopicCreation: false,
        },
      }),
    running: {},
    sending: {},
  };
}

interface Confluent {
  readonly KafkaJS: {
    readonly Kafka: new (
      options: object,
    ) => {
      admin(): KafkaAdmin;
      producer(options: object): KafkaProducer;
      consumer(options: object): KafkaConsumer;
    };
  };
}

function isConfluent(library: unknown): library is Confluent {
  return (
    isRecord(library) &&
    isRecord(library["KafkaJS"]) &&
    typeof library["KafkaJS"]["Kafka"] === "function"
  );
}

async function installed<Library>(load: () => Promise<Library>, what: string): Promise<Library> {
  try {
    return await load();
  } catch (error) {
    if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(errorCode(error) ?? "")) throw error;
    const message = `the package \`${what.replace(/@\d+$/, "")}\`, which speaks with Kafka, is missing`;
    throw new ThothError("tool-missing", message, {
      hint: `install it beside thoth: \`npm install --global ${what}\``,
      cause: error,
    });
  }
}

function contentsOf(files: TlsFiles): { ca?: string[]; cert?: string; key?: string } {
  const { ca, cert, key } = files;
  return {
    ...(ca === undefined ? {} : { ca: [contentOf(ca, "kafka_ca")] }),
    ...(cert === undefined ? {} : { cert: contentOf(cert, "kafka_cert") }),
    ...(key === undefined ? {} : { key: contentOf(key, "kafka_key") }),
  };
}

function contentOf(path: string, setting: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new ThothError("bad-configuration", `${setting}: \`${path}\` can't be read (${code})`, {
      hint: "name a file in PEM format",
      cause: error,
    });
  }
}
