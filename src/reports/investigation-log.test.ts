import { Writable } from "node:stream";
import { expect, test } from "vitest";
import type { Event } from "../model/event.ts";
import { type LogFormat, startLog } from "./investigation-log.ts";

const escapeCode = String.fromCharCode(0x1b);

/** What a log of these events holds. */
function logOf(format: LogFormat, events: readonly Event[]): string {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = startLog({ stream, format, now: () => 0 });
  for (const event of events) log.emit(event);
  return lines.join("");
}

const handled: Event = {
  type: "handled",
  message: "unresolved_package",
  subject: `fl${escapeCode}[31mask\n3.0`,
  task: "install",
  outcome: "dead",
  reason: "https://me:secret@index.example/simple is away",
};
const batch: Event = {
  type: "batch",
  lane: "index",
  task: "learn-releases",
  tasks: 50,
  failed: 2,
  durationMs: 1234,
};

test("foreign text is one line without control characters and credentials", () => {
  expect(logOf("text", [handled])).toBe(
    "1970-01-01T00:00:00.000Z given up: unresolved_package flask 3.0: https://index.example/simple is away\n",
  );
  expect(JSON.parse(logOf("json", [handled]))).toEqual({
    time: "1970-01-01T00:00:00.000Z",
    level: "error",
    event: "handled",
    message: "unresolved_package",
    subject: "flask 3.0",
    task: "install",
    outcome: "dead",
    reason: "https://index.example/simple is away",
  });
});

test("as text a group of messages is a line, and a message that went well is none", () => {
  expect(logOf("text", [{ ...handled, outcome: "done" }, batch])).toBe(
    "1970-01-01T00:00:00.000Z index: 50 learn-releases messages, 2 not done in 1.2 s\n",
  );
});

test("as JSON every message is an object, and what only a terminal shows is none", () => {
  const log = logOf("json", [{ type: "learnt", what: "flask" }, handled, batch]);

  expect(log.split("\n").map((line) => (line === "" ? "" : JSON.parse(line).event))).toEqual([
    "handled",
    "batch",
    "",
  ]);
});

test("waits and their end are told", () => {
  const events: readonly Event[] = [
    { type: "obstacle", place: "https://index.example", reason: "away", waitMs: 2000 },
    { type: "obstacle-gone", place: "https://index.example" },
  ];

  expect(logOf("text", events).replaceAll("1970-01-01T00:00:00.000Z ", "")).toBe(
    "waiting 2.0 s for https://index.example: away\nhttps://index.example works again\n",
  );
});
