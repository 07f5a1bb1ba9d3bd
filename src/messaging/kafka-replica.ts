import { stateOperations } from "./journal-lines.ts";
import type { Change, QueueRecord, SnapshotPart } from "./kafka-record.ts";
import type { QueueOperation } from "./queue-operation.ts";
import { QueueState } from "./queue-state.ts";

/** Whether a change counts; everybody who reads the log comes to the same verdict. */
export interface Verdict {
  readonly id: string;
  readonly counts: boolean;
  readonly operations: readonly QueueOperation[];
}

/** A record's place in the log; undefined content: none of ours. */
export interface PlacedRecord {
  readonly offset: number;
  readonly bytes: number;
  readonly content: QueueRecord | undefined;
}

const shortBytes = 4 * 1024 * 1024;
/** About what one entry takes in a snapshot, and what a record takes beside its content. */
const entryBytes = 400;
const recordBytes = 300;

/**
 * The queue as its log tells it, record by record: the same for everybody who reads the same
 * records. A change that was planned on an older state does not count, so no two processes get
 * one message, and one that a client sent twice counts once. It knows no Kafka.
 */
export class Replica {
  readonly #start: number;
  #state = new QueueState();
  #next: number;
  #last = -1;
  #nextId = 1;
  /** What was read before the snapshot that the log begins with was whole. */
  #early: PlacedRecord[] | undefined;
  readonly #parts = new Map<string, SnapshotPart[]>();
  #snapshots: number[] = [];
  #history = 0;

  /** `start` is the first offset that the log still has. */
  constructor(start: number) {
    this.#start = start;
    this.#next = start;
    if (start > 0) this.#early = [];
  }

  get state(): QueueState {
    return this.#state;
  }

  /** Offset of the record to take next. */
  get next(): number {
    return this.#next;
  }

  /** Offset of the last change that counts. */
  get last(): number {
    return this.#last;
  }

  get nextId(): number {
    return Math.max(this.#nextId, this.#state.nextId);
  }

  /** False while the snapshot that the log begins with was not read: `state` means nothing yet. */
  get isWhole(): boolean {
    return this.#early === undefined;
  }

  /** Whether most of the log is history, so that a snapshot would shorten it. */
  get isLong(): boolean {
    return this.#history > Math.max(shortBytes, 4 * this.#state.size * entryBytes);
  }

  /** Offsets below this are not needed any more: two snapshots follow, the later one for who lags. */
  get needless(): number | undefined {
    const before = this.#snapshots.at(-2);
    return before === undefined || before < this.#start ? undefined : before + 1;
  }

  /** The record at `next`. Returns what became of the changes that are known with it. */
  take(record: PlacedRecord): readonly Verdict[] {
    this.#next = record.offset + 1;
    this.#history += record.bytes + recordBytes;
    const { content } = record;
    if (content?.kind === "snapshot") this.#collect(content);
    if (this.#early === undefined)
      return content?.kind === "change" ? [this.#judge(record, content)] : [];
    this.#early.push(record);
    return this.#begin();
  }

  /** The whole queue as it is now, in parts. */
  snapshot(id: string): readonly SnapshotPart[] {
    const pieces = [...stateOperations(this.#state)];
    if (pieces.length === 0) pieces.push([]);
    const about = { covers: this.#next - 1, last: this.#last, nextId: this.nextId };
    this.#history = 0;
    return pieces.map((operations, at) => ({
      kind: "snapshot",
      id,
      ...about,
      part: at + 1,
      parts: pieces.length,
      operations,
    }));
  }

  #judge({ offset }: PlacedRecord, { id, after, operations }: Change): Verdict {
    const counts = after === this.#last;
    if (counts) {
      for (const operation of operations) this.#state.apply(operation);
      this.#last = offset;
    }
    return { id, counts, operations };
  }

  /** Parts come in order: one that does not follow its forerunner is of a snapshot that is none. */
  #collect(part: SnapshotPart): void {
    const parts = this.#parts.get(part.id) ?? [];
    if (part.part !== parts.length + 1) return;
    parts.push(part);
    this.#parts.set(part.id, parts);
    if (parts.length < part.parts) return;
    const isBase = this.#early !== undefined && part.covers === this.#start - 1;
    if (!isBase) this.#parts.delete(part.id);
    this.#snapshots.push(part.covers);
    this.#history = 0;
  }

  /** Once the snapshot is whole that the log begins with, everything after it is taken again. */
  #begin(): readonly Verdict[] {
    const base = [...this.#parts.values()].find(
      ([first, ...others]) =>
        first?.covers === this.#start - 1 && others.length + 1 === first.parts,
    );
    const [first] = base ?? [];
    if (base === undefined || first === undefined) return [];
    for (const { operations } of base) {
      for (const operation of operations) this.#state.apply(operation);
    }
    this.#last = first.last;
    this.#nextId = first.nextId;
    this.#parts.delete(first.id);
    const records = this.#early ?? [];
    this.#early = undefined;
    return records.flatMap((record) =>
      record.content?.kind === "change" ? [this.#judge(record, record.content)] : [],
    );
  }
}
