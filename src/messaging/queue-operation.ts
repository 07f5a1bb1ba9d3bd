import type { MessageType } from "../model/message.ts";
import { isRecord } from "../util/json.ts";
import type { Lease, QueueEntry } from "./queue-entry.ts";

/** One change of the queue; the journal holds those of a call in a line. Ids are of entries, not deliveries. */
export type QueueOperation =
  | { readonly op: "put"; readonly entries: readonly QueueEntry[] }
  | { readonly op: "raise"; readonly ids: readonly number[]; readonly priority: number }
  | { readonly op: "claim" | "extend"; readonly ids: readonly number[]; readonly lease: Lease }
  | { readonly op: "ack" | "release"; readonly ids: readonly number[] }
  | { readonly op: "retry"; readonly id: number; readonly notBefore: number }
  | { readonly op: "bury"; readonly ids: readonly number[]; readonly reason: string }
  | { readonly op: "pause" | "resume"; readonly type: MessageType };

/** Whether a line of a journal holds operations: a damaged one may be JSON and still be none. */
export function areOperations(value: unknown): value is readonly QueueOperation[] {
  return Array.isArray(value) && value.every(isOperation);
}

type Fields = Readonly<Record<string, unknown>>;

const shapes: Readonly<Record<QueueOperation["op"], (operation: Fields) => boolean>> = {
  put: ({ entries }) => Array.isArray(entries) && entries.every(isEntry),
  raise: ({ ids, priority }) => areNumbers(ids) && isNumber(priority),
  claim: ({ ids, lease }) => areNumbers(ids) && isLease(lease),
  extend: ({ ids, lease }) => areNumbers(ids) && isLease(lease),
  ack: ({ ids }) => areNumbers(ids),
  release: ({ ids }) => areNumbers(ids),
  retry: ({ id, notBefore }) => isNumber(id) && isNumber(notBefore),
  bury: ({ ids, reason }) => areNumbers(ids) && typeof reason === "string",
  pause: ({ type }) => typeof type === "string",
  resume: ({ type }) => typeof type === "string",
};

function isOperation(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { op } = value;
  return typeof op === "string" && isKnown(op) && shapes[op](value);
}

function isKnown(op: string): op is QueueOperation["op"] {
  return Object.hasOwn(shapes, op);
}

function isEntry(value: unknown): boolean {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value["id"]) &&
    [value["priority"], value["attempt"], value["failures"], value["notBefore"]].every(isNumber) &&
    isRecord(value["message"]) &&
    typeof value["message"]["type"] === "string" &&
    (value["since"] === undefined || isNumber(value["since"])) &&
    (value["lease"] === undefined || isLease(value["lease"])) &&
    (value["dead"] === undefined || typeof value["dead"] === "string")
  );
}

function isLease(value: unknown): boolean {
  if (!isRecord(value) || !isNumber(value["until"]) || !isRecord(value["by"])) return false;
  const { pid, host, boot, start } = value["by"];
  return isNumber(pid) && [host, boot, start].every((text) => typeof text === "string");
}

function areNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every(isNumber);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}
