import { expect, test } from "vitest";
import { fromWire, type QueueRecord, toWire } from "./kafka-record.ts";
import { Replica } from "./kafka-replica.ts";
import { wanted } from "./queue-example.ts";
import type { QueueOperation } from "./queue-operation.ts";

function put(id: number, name = `package-${id}`): QueueOperation {
  const entry = { id, message: wanted(name), priority: 10, attempt: 0, failures: 0, notBefore: 0 };
  return { op: "put", entries: [entry] };
}

function change(id: string, after: number, operation: QueueOperation): QueueRecord {
  return { kind: "change", id, after, operations: [operation] };
}

/** Takes records as they would come from the log. */
function read(replica: Replica, contents: readonly (QueueRecord | undefined)[]) {
  return contents.flatMap((content) => replica.take({ offset: replica.next, bytes: 100, content }));
}

function ids(replica: Replica): readonly number[] {
  return [...replica.state.living()].map(({ entry }) => entry.id);
}

test("of two changes planned on one state the first counts", () => {
  const replica = new Replica(0);

  const verdicts = read(replica, [
    change("a.1", -1, put(1)),
    change("b.1", -1, put(1, "other")),
    change("b.2", 0, put(2)),
  ]);

  expect(verdicts.map(({ id, counts }) => [id, counts])).toEqual([
    ["a.1", true],
    ["b.1", false],
    ["b.2", true],
  ]);
  expect(ids(replica)).toEqual([1, 2]);
  expect(replica).toMatchObject({ last: 2, next: 3, nextId: 3 });
});

test("a record that was sent twice counts once", () => {
  const replica = new Replica(0);
  const twice = change("a.2", 0, { op: "ack", ids: [1] });

  const verdicts = read(replica, [change("a.1", -1, put(1)), twice, twice]);

  expect(verdicts.map(({ counts }) => counts)).toEqual([true, true, false]);
});

test("what is none of ours is passed over", () => {
  const replica = new Replica(0);
  const foreign = [
    { headers: {}, value: "hello" },
    { headers: { "thoth-queue": "1", kind: "change", id: "x", after: "y" }, value: "[]" },
    {
      headers: { "thoth-queue": "1", kind: "change", id: "x", after: "-1" },
      value: '[{"op":"?"}]',
    },
  ];

  read(
    replica,
    foreign.map((record) => {
      const content = fromWire(record);
      return content?.kind === "newer" ? undefined : content;
    }),
  );
  read(replica, [change("a.1", -1, put(1))]);

  expect(ids(replica)).toEqual([1]);
});

test("a record of a newer Thoth is known as one", () => {
  const headers = { "thoth-queue": "2", kind: "change" };
  expect(fromWire({ headers, value: "?" })).toEqual({ kind: "newer", version: "2" });
});

test("whoever begins with a snapshot has the state of who read everything", () => {
  const all = new Replica(0);
  const before = [change("a.1", -1, put(1)), change("a.2", 0, put(2))];
  read(all, before);
  const snapshot = all.snapshot("a.s");
  // Others go on while it is written
  const after = [
    change("b.1", 1, { op: "ack", ids: [1] }),
    ...snapshot,
    change("b.2", 2, put(3)),
    change("late", 1, put(4)),
  ];
  read(all, after);

  const later = new Replica(2);
  read(later, after.slice(0, 1));
  expect(later.isWhole).toBe(false);
  read(later, after.slice(1));

  expect(later.isWhole).toBe(true);
  expect(ids(later)).toEqual([2, 3]);
  expect(later).toMatchObject({ last: all.last, next: all.next, nextId: all.nextId });
});

test("ids that are gone are not given again after a snapshot", () => {
  const all = new Replica(0);
  read(all, [change("a.1", -1, put(7)), change("a.2", 0, { op: "ack", ids: [7] })]);
  const later = new Replica(2);
  read(later, all.snapshot("a.s"));
  expect(later.nextId).toBe(8);
});

test("records are needless once two snapshots follow them", () => {
  const replica = new Replica(0);
  const round = (after: number) => {
    read(replica, [change(`a.${after}`, after, { op: "pause", type: "missing_package" })]);
    read(replica, replica.snapshot(`s.${after}`));
  };
  round(-1);
  expect(replica.needless).toBeUndefined();
  round(0);
  expect(replica.needless).toBe(1);
});

test("a snapshot of which a part is missing is none", () => {
  const replica = new Replica(5);
  const part = { kind: "snapshot", id: "a", covers: 4, last: 4, nextId: 9, parts: 3 } as const;
  read(replica, [
    { ...part, part: 1, operations: [put(1)] },
    { ...part, part: 3, operations: [put(2)] },
  ]);
  expect(replica.isWhole).toBe(false);
});

test("a record is the same after its way through Kafka", () => {
  const record = change("a.1", -1, put(1));
  const part: QueueRecord = {
    kind: "snapshot",
    id: "a",
    covers: 4,
    last: 3,
    nextId: 9,
    part: 1,
    parts: 1,
    operations: [put(1)],
  };
  expect([record, part].map((one) => fromWire(toWire(one)))).toEqual([record, part]);
});
