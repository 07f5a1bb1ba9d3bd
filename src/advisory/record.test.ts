import { expect, test } from "vitest";
import { osvRecord } from "../../fixtures/advisories.ts";
import { readRecord } from "./record.ts";

const affected = [{ package: { ecosystem: "PyPI", name: "core" }, versions: ["1.0"] }];

test.each([
  [[], "it is no object"],
  [{ affected }, "it has no `id`"],
  [{ id: "a\u001b[31mb", affected }, "it has no `id`"],
  [{ id: "X-1" }, "`affected` is no list"],
  [{ id: "X-1", affected: ["core"] }, "an entry of `affected` is no object"],
  [{ id: "X-1", affected: [{ package: "core" }] }, "a `package` is no object"],
  [{ id: "X-1", affected: [{ package: { name: "core" } }] }, "a package has no `ecosystem`"],
  [
    { id: "X-1", affected: [{ package: { ecosystem: "PyPI", name: "../core" } }] },
    "a package has no name that PyPI could have",
  ],
  [{ id: "X-1", affected, aliases: [7] }, "`aliases` holds what is no text"],
  [{ id: "X-1", affected, withdrawn: "yes" }, "`withdrawn` is no time"],
  [{ id: "X-1", affected: [{ ...affected[0], versions: "1.0" }] }, "`versions` is no list"],
  [{ id: "X-1", affected: [{ ...affected[0], ranges: [{}] }] }, "a range has no `type`"],
  [
    { id: "X-1", affected: [{ ...affected[0], ranges: [{ type: "ECOSYSTEM" }] }] },
    "`events` is no list",
  ],
  [
    { id: "X-1", affected: [{ ...affected[0], ranges: [{ type: "ECOSYSTEM", events: [{}] }] }] },
    "an event says nothing",
  ],
  [
    {
      id: "X-1",
      affected: [{ ...affected[0], ranges: [{ type: "ECOSYSTEM", events: [{ fixed: 2 }] }] }],
    },
    "`fixed` is no text",
  ],
])("%j is damaged: %s", (value, reason) => {
  expect(readRecord(value)).toEqual({ kind: "damaged", reason });
});

test("a record of other ecosystems is none of ours", () => {
  const npm = [{ package: { ecosystem: "npm", name: "core" }, versions: 7 }];

  expect(readRecord({ id: "X-1", affected: npm })).toEqual({ kind: "foreign" });
});

test("what only describes may be missing", () => {
  expect(readRecord({ id: "X-1", affected, severity: "bad", summary: 7 })).toMatchObject({
    kind: "record",
    record: {
      published: "",
      affected: [{ advisory: { summary: "", severity: { rank: "UNKNOWN" }, versions: ["1.0"] } }],
    },
  });
});

test("without a summary the first line of the details stands for it", () => {
  const record = osvRecord({ id: "X-1", more: { details: "\nA  flaw\tin core.\nMore of it." } });

  expect(readRecord(record)).toMatchObject({
    record: { affected: [{ advisory: { summary: "A flaw in core." } }] },
  });
});

test.each([
  ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
  ["2026-01-01T02:00:00.5+02:00", "2026-01-01T00:00:00.500Z"],
  ["2026-13-01T00:00:00Z", "2025-01-01T00:00:00Z"],
  ["not a date", "2025-01-01T00:00:00Z"],
])("published %s is %s; what is no time of RFC 3339 is left to `modified`", (told, published) => {
  const record = { ...osvRecord({ id: "X-1" }), modified: "2025-01-01T00:00:00Z", published: told };

  expect(readRecord(record)).toMatchObject({ record: { published } });
});

test("versions that a range holds need no place in the list", () => {
  const record = osvRecord({
    id: "X-1",
    events: ["introduced 1.0", "fixed 2.0"],
    versions: ["0.9", "1.0", "1.5", "trunk"],
  });

  expect(readRecord(record)).toMatchObject({
    record: { affected: [{ advisory: { versions: ["0.9", "trunk"] } }] },
  });
});

test("files of malware are named by sha256 wherever a database puts them, its own reports are not", () => {
  const [first, second, report] = ["a", "b", "c"].map((digit) => digit.repeat(64));
  const record = osvRecord({
    id: "MAL-2026-1",
    more: {
      database_specific: {
        files: [{ sha256: first }, { sha256: [second?.toUpperCase(), "no hash"] }],
        "malicious-packages-origins": [{ sha256: report }],
      },
    },
  });

  expect(readRecord(record)).toMatchObject({ record: { files: [first, second] } });
  expect(readRecord({ ...record, id: "PYSEC-2026-1" })).toMatchObject({ record: { files: [] } });
});
