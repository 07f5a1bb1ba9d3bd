import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { pause } from "../util/pause.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import {
  type KafkaAdmin,
  type KafkaConsumer,
  type KafkaLibrary,
  type KafkaProducer,
  kafkaLibrary,
  type ReceivedMessage,
} from "./kafka-driver.ts";
import { brokerError, isNotReady, isRefusal } from "./kafka-failures.ts";
import type { WireRecord } from "./kafka-record.ts";
import { ensureTopics, type QueueTopics, topicsOf } from "./kafka-topics.ts";

/** Who reads the log. */
export interface LogReader {
  /** Offset of the record that is wanted next. */
  next(): number;
  take(offset: number, record: () => ReceivedRecord): void;
  /** Resolves once it wants more than it has; one that does not is served now and then. */
  hungry(): Promise<void>;
  /** Nothing will come any more. */
  failed(error: unknown): void;
}

/** A record that was read; its text is made when it is asked for. */
export interface ReceivedRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly value: () => string;
}

/** A dead letter's copy. Of those with one key Kafka keeps the last. */
export interface DeadCopy {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

const partition = 0;
const tryAgainMs = 250;
/** What this process wrote itself it need not read at once. */
const restMs = 25;
const closingMs = 3000;

/**
 * One partition of Kafka as a log: appended to with the word of all replicas, read by everybody
 * from any offset. Calls wait for a broker that is away, for as long as `patience` says.
 */
export class KafkaLog {
  readonly #settings: BrokerSettings;
  readonly #topics: QueueTopics;
  readonly #patience: Patience;
  readonly #admin: Renewed<KafkaAdmin>;
  readonly #producer: Renewed<KafkaProducer>;
  readonly #library: KafkaLibrary;
  #consumer: KafkaConsumer | undefined;

  private constructor(settings: BrokerSettings, library: KafkaLibrary, patience: Patience) {
    this.#settings = settings;
    this.#library = library;
    this.#patience = patience;
    this.#topics = topicsOf(settings.topicPrefix);
    this.#admin = new Renewed(() => library.admin());
    this.#producer = new Renewed(() => library.producer());
  }

  /** Tries once: whoever is wrong about the cluster should hear of it at once. */
  static async open(settings: BrokerSettings, patience: Patience): Promise<KafkaLog> {
    const library = await kafkaLibrary(settings);
    const log = new KafkaLog(settings, library, patience);
    try {
      const { origin } = settings;
      const ensure = (admin: KafkaAdmin) => ensureTopics(admin, log.#topics, origin);
      await log.#patiently(() => log.#admin.use(ensure), isNotReady);
      return log;
    } catch (error) {
      await log.close();
      throw brokerError(error, settings);
    }
  }

  /** The first offset that is kept, and the one that the next record will have. */
  async ends(): Promise<{ readonly start: number; readonly end: number }> {
    const [offsets] = await this.#patiently(() =>
      this.#admin.use((admin) => admin.fetchTopicOffsets(this.#topics.log)),
    );
    return { start: Number(offsets?.low ?? 0), end: Number(offsets?.high ?? 0) };
  }

  /** Its offset, once all replicas have it; undefined where the client does not tell. */
  async append({ headers, value }: WireRecord): Promise<number | undefined> {
    const messages = [{ partition, headers: { ...headers }, value }];
    const send = (producer: KafkaProducer) =>
      producer.send({ topic: this.#topics.log, ...this.#library.sending, messages });
    const [written] = await this.#patiently(() => this.#producer.use(send));
    return written?.baseOffset === undefined ? undefined : Number(written.baseOffset);
  }

  async copyDead(copies: readonly DeadCopy[]): Promise<void> {
    const record = { topic: this.#topics.dead, ...this.#library.sending, messages: [...copies] };
    await this.#patiently(() => this.#producer.use((producer) => producer.send(record)));
  }

  /** Records before this offset are needed by nobody. */
  async removeBefore(offset: number): Promise<void> {
    const partitions = [{ partition, offset: String(offset) }];
    await this.#admin.use((admin) =>
      admin.deleteTopicRecords({ topic: this.#topics.log, partitions }),
    );
  }

  /** Begins to read; the group is this reader's own, since everybody reads everything. */
  async read(reader: LogReader): Promise<void> {
    const name = `${hostname()}.${process.pid}.${randomUUID().slice(0, 8)}`;
    const consumer = this.#library.consumer(`${this.#settings.topicPrefix}.reader.${name}`);
    this.#consumer = consumer;
    const topic = this.#topics.log;
    consumer.on?.("consumer.group_join", () => this.seek(reader.next()));
    consumer.on?.("consumer.crash", ({ payload: { error, restart } }) => {
      if (!restart) reader.failed(brokerError(error, this.#settings));
    });
    await this.#patiently(() => consumer.connect());
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      ...this.#library.running,
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) {
          reader.take(Number(message.offset), () => received(message));
        }
        const { promise, end } = inAWhile(restMs);
        await Promise.race([reader.hungry(), promise]);
        end();
      },
    });
  }

  seek(offset: number): void {
    this.#consumer?.seek({ topic: this.#topics.log, partition, offset: String(offset) });
  }

  async close(): Promise<void> {
    const all = [this.#admin.close(), this.#producer.close(), this.#consumer?.disconnect()];
    // After many outages kafkajs may never end a consumer
    const { promise, end } = inAWhile(closingMs);
    await Promise.race([Promise.allSettled(all), promise]);
    end();
  }

  /** Calls until it works, or fails in a way that does not pass. */
  async #patiently<Answer>(
    call: () => Promise<Answer>,
    passes = (error: unknown) => !isRefusal(error),
  ): Promise<Answer> {
    const { limitMs, signal } = this.#patience;
    const until = Date.now() + limitMs;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!passes(error) || signal.aborted || Date.now() > until)
          throw brokerError(error, this.#settings);
      }
      await pause(tryAgainMs, signal);
    }
  }
}

/** How long a call waits for a cluster that is away, ms; once aborted, each call tries once. */
export interface Patience {
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

interface Connected {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** A client that is connected when it is first used, and made anew after any error. */
class Renewed<Client extends Connected> {
  readonly #make: () => Client;
  #current: Promise<Client> | undefined;

  constructor(make: () => Client) {
    this.#make = make;
  }

  async use<Answer>(call: (client: Client) => Promise<Answer>): Promise<Answer> {
    this.#current ??= this.#connected();
    const current = this.#current;
    try {
      return await call(await current);
    } catch (error) {
      if (this.#current === current) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await Promise.allSettled([current?.then((client) => client.disconnect())]);
  }

  async #connected(): Promise<Client> {
    const client = this.#make();
    try {
      await client.connect();
      return client;
    } catch (error) {
      await Promise.allSettled([client.disconnect()]);
      throw error;
    }
  }
}

function received({ headers = {}, value }: ReceivedMessage): ReceivedRecord {
  const texts = Object.entries(headers).map(([key, text]) => [key, String(text)]);
  const bytes = value?.length ?? 0;
  return { headers: Object.fromEntries(texts), bytes, value: () => value?.toString() ?? "" };
}

function inAWhile(ms: number): { readonly promise: Promise<void>; end(): void } {
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    end = () => clearTimeout(timer);
  });
  return { promise, end };
}
