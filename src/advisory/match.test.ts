import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExampleRecord, osvRecord } from "../../fixtures/advisories.ts";
import { packageName } from "../python/name.ts";
import { AdvisoryCollector, collectedMatches } from "./database.ts";
import { severityOf } from "./severity.ts";

function collection(records: readonly unknown[]) {
  const collector = new AdvisoryCollector();
  for (const record of records) collector.add("record.json", record, "");
  return collector.collected(Date.now());
}

function known(records: readonly ExampleRecord[], version: string, name = "core") {
  return knownIn(collection(records.map(osvRecord)), name, version);
}

function knownIn(all: ReturnType<typeof collection>, name: string, version: string) {
  const matches = collectedMatches(all, packageName(name), version);
  if (matches === undefined) throw new Error("nobody knows");
  return matches;
}

/** Expected results that were made by other programs (fixtures/vulns). */
interface Cases {
  readonly dedup: {
    readonly advisories: readonly unknown[];
    readonly cases: readonly {
      readonly name: string;
      readonly version: string;
      readonly groups: readonly { readonly id: string; readonly aliases: readonly string[] }[];
    }[];
  };
  readonly cvss: readonly (readonly [vector: string, score: number, rank: string])[];
}

const path = join(import.meta.dirname, "../../fixtures/vulns/cases.json");
const { dedup, cvss }: Cases = JSON.parse(readFileSync(path, "utf8"));

test.each(dedup.cases)("twins of $name $version are merged as expected", (expected) => {
  const all = collection(dedup.advisories);

  const found = knownIn(all, expected.name, expected.version)
    .map(({ id, aliases }) => ({ id, aliases }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

  expect(found).toEqual(expected.groups);
});

test("every CVSS vector has the score and the rank that others give it", () => {
  const wrong = cvss.filter(([vector, score, rank]) => {
    const found = severityOf([vector], undefined);
    return found.score !== score || found.rank !== rank.toUpperCase() || found.vector !== vector;
  });

  expect([cvss.length, wrong]).toEqual([627, []]);
});

test("of several vectors the newest version counts, of that the worst", () => {
  const v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const low = "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:P/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N";
  const high = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

  expect(severityOf([v3], undefined)).toEqual({ rank: "CRITICAL", score: 9.8, vector: v3 });
  expect(severityOf([v3, low, high], undefined)).toMatchObject({ vector: high });
  expect(severityOf(["AV:N/AC:L/Au:N/C:N/I:N/A:C"], undefined)).toMatchObject({ score: 7.8 });
});

test.each(["", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:3.1/AV:Q/AC:L", "CVSS:9.0/AV:N", "high"])(
  "what is no vector (%j) leaves the severity to the record's word, or unknown",
  (text) => {
    expect(severityOf([text], "moderate")).toEqual({ rank: "MEDIUM" });
    expect(severityOf([text], undefined)).toEqual({ rank: "UNKNOWN" });
  },
);

test("the worst comes first: malware, then the score, then the id", () => {
  const everywhere = { events: ["introduced 0"] };
  const found = known(
    [
      { id: "PYSEC-2026-3", ...everywhere },
      { id: "PYSEC-2026-2", ...everywhere, vector: "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N" },
      { id: "PYSEC-2026-1", ...everywhere, vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" },
      { id: "PYSEC-2026-9", ...everywhere, aliases: ["MAL-2026-7"] },
      { id: "PYSEC-2026-0", ...everywhere },
    ],
    "1.0",
  );

  expect(found.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    "MAL-2026-7 malware",
    "PYSEC-2026-1 vulnerability",
    "PYSEC-2026-2 vulnerability",
    "PYSEC-2026-0 vulnerability",
    "PYSEC-2026-3 vulnerability",
  ]);
});

test("fixed versions are those of the ranges that hold the version, in order and once", () => {
  const record = {
    id: "PYSEC-2026-1",
    events: ["introduced 2.0", "fixed 2.10", "introduced 0", "fixed 1.9", "fixed 1.9.0"],
  };

  expect(known([record], "1.0")[0]?.fixed).toEqual(["1.9", "2.10"]);
});

test("what another twin says is affected mends nothing", () => {
  const records = [
    { id: "PYSEC-2026-1", aliases: ["CVE-2026-1"], events: ["introduced 0", "fixed 1.5"] },
    { id: "GHSA-aaaa-bbbb-cccc", aliases: ["CVE-2026-1"], events: ["introduced 0", "fixed 2.0"] },
  ];

  expect(known(records, "1.0")).toMatchObject([{ id: "PYSEC-2026-1", fixed: ["2.0"] }]);
});

test("a version that only stands in the list is mended by what any range names", () => {
  const record = {
    id: "PYSEC-2026-1",
    versions: ["0.5"],
    events: ["introduced 1.0", "fixed 1.2"],
  };

  expect(known([record], "0.5")[0]?.fixed).toEqual(["1.2"]);
});

test("a withdrawn record applies to nothing", () => {
  const record = {
    id: "PYSEC-2026-1",
    events: ["introduced 0"],
    withdrawn: "2026-02-01T00:00:00Z",
  };

  expect(known([record], "1.0")).toEqual([]);
});

test.each(["Jw.Util", "jw_util", "JW--util"])("the record of jw.util is found as %s", (name) => {
  const record = { id: "PYSEC-2026-1", name: "jw.util", events: ["introduced 0"] };

  expect(known([record], "1.0", name)).toHaveLength(1);
});

test("ranges of commits say nothing, and end nothing", () => {
  const record = {
    id: "PYSEC-2026-1",
    more: {
      affected: [
        {
          package: { ecosystem: "PyPI", name: "core" },
          ranges: [
            { type: "GIT", repo: "https://git.example/core", events: [{ introduced: "0" }] },
            { type: "ECOSYSTEM", events: [{ introduced: "1.0" }, { fixed: "1.5" }] },
          ],
        },
      ],
    },
  };

  expect(["0.9", "1.2", "1.5"].map((version) => known([record], version).length)).toEqual([
    0, 1, 0,
  ]);
});

test("malware that names no version is malware in each; a vulnerability that names none applies to none", () => {
  expect(known([{ id: "MAL-2026-1" }], "0.0.1")).toMatchObject([{ kind: "malware", fixed: [] }]);
  expect(known([{ id: "PYSEC-2026-1" }], "0.0.1")).toEqual([]);
});

test("of two records with one id the one that was modified later counts", () => {
  const old = { id: "PYSEC-2026-1", events: ["introduced 0"], published: "2026-01-01T00:00:00Z" };
  const later = { ...old, events: ["introduced 5"], published: "2026-03-01T00:00:00Z" };

  expect(known([later, old], "1.0")).toEqual([]);
  expect(known([old, later], "1.0")).toEqual([]);
});

test("a version that is none by PEP 440 has a place only where a record names it", () => {
  const range = { id: "PYSEC-2026-1", events: ["introduced 0", "fixed 2.0"] };
  const list = { id: "PYSEC-2026-2", versions: ["trunk", "1.0"] };
  const all = { id: "PYSEC-2026-3", events: ["introduced 0"] };
  const ids = (records: readonly ExampleRecord[]) =>
    collectedMatches(collection(records.map(osvRecord)), packageName("core"), "trunk")?.map(
      ({ id }) => id,
    );

  expect(ids([range])).toBeUndefined();
  expect(ids([])).toEqual([]);
  expect(ids([{ ...list, versions: ["1.0"] }])).toEqual([]);
  expect(ids([range, list])).toEqual(["PYSEC-2026-1", "PYSEC-2026-2"]);
  expect(ids([{ ...range, versions: ["trunk"] }])).toEqual(["PYSEC-2026-1"]);
  expect(ids([range, all])).toEqual(["PYSEC-2026-3"]);
});
