import { parsedJson } from "../util/json.ts";
import { areOperations, type QueueOperation } from "./queue-operation.ts";

/** What one call does to the queue: it counts if nothing counted since the record it was planned on. */
export interface Change {
  readonly kind: "change";
  /** Names the call, so that who sent it knows it again. */
  readonly id: string;
  /** Offset of the last change that counted when this one was planned; -1: none. */
  readonly after: number;
  readonly operations: readonly QueueOperation[];
}

/** A part of the whole queue as it was after a record, so that older ones may be removed. */
export interface SnapshotPart {
  readonly kind: "snapshot";
  readonly id: string;
  /** Offset of the record that it was made after. */
  readonly covers: number;
  /** Offset of the last change that counted up to there. */
  readonly last: number;
  /** Ids from here on were never given. */
  readonly nextId: number;
  /** From 1 to `parts`. */
  readonly part: number;
  readonly parts: number;
  readonly operations: readonly QueueOperation[];
}

export type QueueRecord = Change | SnapshotPart;

/** A record as Kafka carries it: numbers and ids in headers, operations as JSON. */
export interface WireRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Written by a Thoth whose records this one does not know. */
export interface NewerRecord {
  readonly kind: "newer";
  readonly version: string;
}

/** An operation that earlier ones do not know needs another version. */
const version = "1";

export function toWire({ operations, ...rest }: QueueRecord): WireRecord {
  const headers = Object.entries(rest).map(([name, value]) => [name, String(value)]);
  return {
    headers: { "thoth-queue": version, ...Object.fromEntries(headers) },
    value: JSON.stringify(operations),
  };
}

/** Undefined for what is none of ours, or damaged: anybody who may write to the topic may send anything. */
export function fromWire({ headers, value }: WireRecord): QueueRecord | NewerRecord | undefined {
  const found = headers["thoth-queue"];
  if (found !== undefined && found !== version) return { kind: "newer", version: found };
  const operations = parsedJson(value);
  const { kind, id } = headers;
  if (found === undefined || id === undefined || !areOperations(operations)) return undefined;
  const number = (name: string) => Number(headers[name] ?? "NaN");
  if (kind === "change") {
    const after = number("after");
    return Number.isSafeInteger(after) ? { kind, id, after, operations } : undefined;
  }
  if (kind !== "snapshot") return undefined;
  const [covers, last, nextId] = [number("covers"), number("last"), number("nextId")];
  const [part, parts] = [number("part"), number("parts")];
  const isWhole = [covers, last, nextId, part, parts].every(Number.isSafeInteger);
  return isWhole ? { kind, id, covers, last, nextId, part, parts, operations } : undefined;
}
