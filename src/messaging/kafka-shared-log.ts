import { randomUUID } from "node:crypto";
import { ThothError } from "../util/errors.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { type DeadCopy, KafkaLog, type Patience, type ReceivedRecord } from "./kafka-log.ts";
import { type Change, fromWire, type QueueRecord, toWire } from "./kafka-record.ts";
import { Replica, type Verdict } from "./kafka-replica.ts";
import type { QueueOperation } from "./queue-operation.ts";
import type { QueueState } from "./queue-state.ts";

/** A change on its way. */
interface Asked {
  readonly change: Change;
  readonly hear: (verdict: Verdict) => void;
}

/**
 * The queue's state as this process knows it, kept up to date by reading the log, and the way to
 * change it for everybody.
 */
export class SharedLog {
  readonly #settings: BrokerSettings;
  readonly #patience: Patience;
  readonly #log: KafkaLog;
  readonly #writer = randomUUID().slice(0, 13);
  readonly #asked = new Map<string, Asked>();
  readonly #waiting = new Set<() => void>();
  #replica: Replica;
  #failure: unknown;
  #count = 0;
  #eat: () => void = () => {};

  private constructor(settings: BrokerSettings, log: KafkaLog, patience: Patience, start: number) {
    this.#settings = settings;
    this.#log = log;
    this.#patience = patience;
    this.#replica = new Replica(start);
  }

  /** Has read everything. Throws `broker-unreachable`, `broker-refused` and `queue-unusable`. */
  static async open(settings: BrokerSettings, patience: Patience): Promise<SharedLog> {
    const log = await KafkaLog.open(settings, patience);
    try {
      const { start } = await log.ends();
      const shared = new SharedLog(settings, log, patience, start);
      await log.read({
        next: () => shared.#replica.next,
        take: (offset, record) => shared.#take(offset, record),
        hungry: () => shared.#hungry(),
        failed: (error) => shared.#fail(error),
      });
      await shared.isCurrent();
      return shared;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  get state(): QueueState {
    return this.#replica.state;
  }

  get nextId(): number {
    return this.#replica.nextId;
  }

  /** Reads up to the end of the log; whether nothing was there that `state` did not have. */
  async isCurrent(): Promise<boolean> {
    const { last, next } = this.#replica;
    const { start, end } = await this.#log.ends();
    if (end < next) {
      // Records that were read are gone: with the disk of a broker, or with the topic
      this.#replica = new Replica(start);
      this.#log.seek(start);
    }
    await this.#until(() => this.#replica.next >= end);
    if (!this.#replica.isWhole) throw this.#headless();
    return this.#replica.last === last;
  }

  /**
   * For everybody, if nobody was faster: returns whether that was so. Else `state` is the newer one
   * by then. Throws where nobody knows whether it came about.
   */
  async append(operations: readonly QueueOperation[]): Promise<boolean> {
    this.#count += 1;
    const id = `${this.#writer}.${this.#count}`;
    const change: Change = { kind: "change", id, after: this.#replica.last, operations };
    const record = toWire(change);
    let verdict: Verdict | undefined;
    const hear = (found: Verdict) => {
      verdict = found;
    };
    this.#asked.set(id, { change, hear });
    try {
      const offset = await this.#log.append(record);
      // Nothing came between: what the reader will bring is known
      if (offset === this.#replica.next) this.#follow(offset, record.value.length, change);
      await this.#until(() => verdict !== undefined);
    } catch (error) {
      if (verdict === undefined) throw error;
    } finally {
      this.#asked.delete(id);
    }
    return verdict?.counts ?? false;
  }

  /** Before they are dead for everybody: a copy too many does no harm. */
  copyDead(copies: readonly DeadCopy[]): Promise<void> {
    return this.#log.copyDead(copies);
  }

  /** Where most of the log is history, writes what is left of it, and has the rest removed. */
  async shorten(): Promise<void> {
    if (!this.#replica.isLong) return;
    for (const part of this.#replica.snapshot(`${this.#writer}.s${this.#count}`)) {
      await this.#log.append(toWire(part));
    }
    await this.isCurrent();
    const { needless } = this.#replica;
    if (needless !== undefined) await this.#log.removeBefore(needless);
  }

  async close(): Promise<void> {
    this.#fail(new Error("the queue was closed"));
    await this.#log.close();
  }

  #take(offset: number, open: () => ReceivedRecord): void {
    if (this.#failure !== undefined || offset < this.#replica.next) return;
    // Others removed what was not read yet: a snapshot stands for it
    if (offset > this.#replica.next) this.#replica = new Replica(offset);
    const record = open();
    const own = this.#asked.get(record.headers["id"] ?? "")?.change;
    const content = own ?? fromWire({ headers: record.headers, value: record.value() });
    if (content?.kind === "newer") {
      this.#fail(this.#newer(content.version));
      return;
    }
    this.#follow(offset, record.bytes, content);
  }

  #follow(offset: number, bytes: number, content: QueueRecord | undefined): void {
    for (const verdict of this.#replica.take({ offset, bytes, content })) {
      this.#asked.get(verdict.id)?.hear(verdict);
    }
    for (const wake of this.#waiting) wake();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#eat();
    for (const wake of this.#waiting) wake();
  }

  /** Waits for the reader. */
  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        settle();
      };
      const wake = () => {
        if (this.#failure !== undefined) end(() => reject(this.#failure));
        else if (isSo()) end(resolve);
      };
      const timer = setTimeout(() => end(() => reject(this.#silent())), this.#patience.limitMs);
      this.#waiting.add(wake);
      wake();
      if (this.#waiting.has(wake)) this.#eat();
    });
  }

  /** While somebody waits here, or until somebody does. */
  #hungry(): Promise<void> {
    if (this.#waiting.size > 0 || this.#failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#eat = resolve;
    });
  }

  #silent(): ThothError {
    const { brokers, origin } = this.#settings;
    const at = `the Kafka cluster at \`${brokers.join(",")}\` (set by ${origin})`;
    return new ThothError("broker-unreachable", `${at} does not deliver what it has`, {
      hint: "check that its brokers and its group coordinator run",
    });
  }

  #headless(): ThothError {
    const topic = `${this.#settings.topicPrefix}.queue`;
    const message = `the topic \`${topic}\` lacks its first records: somebody removed them`;
    return new ThothError("queue-unusable", message, {
      hint: "see that its retention.ms is -1, then begin anew under another kafka_topic_prefix",
    });
  }

  #newer(version: string): ThothError {
    const topic = `${this.#settings.topicPrefix}.queue`;
    const message = `a newer Thoth writes to the topic \`${topic}\` (records of version ${version})`;
    return new ThothError("queue-unusable", message, {
      hint: "use that Thoth here, too, or another kafka_topic_prefix",
    });
  }
}
