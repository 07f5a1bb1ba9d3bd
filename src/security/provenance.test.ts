import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { checkProvenance, type LockedRelease, type ProvenanceQuestion } from "./provenance.ts";

const main = indexUrl("https://main.example/simple");
const extra = indexUrl("https://extra.example/simple");
const flask: LockedRelease = {
  name: packageName("flask"),
  version: "3.0",
  index: undefined,
  hashes: ["aa"],
};

/** A lock with flask 3.0, whose files each index lists as given. */
function question(
  lists: Readonly<Record<string, readonly string[] | undefined>>,
  more: Partial<ProvenanceQuestion> = {},
): ProvenanceQuestion {
  const listed: ProvenanceQuestion["listed"] = (_name, _version, index) => {
    const digests = lists[index];
    return digests === undefined ? undefined : new Set(digests);
  };
  const sources = Object.keys(lists).map((url) => ({ url: indexUrl(url), secure: true }));
  return { lockIsCurrent: true, releases: [flask], sources, allowed: [], listed, ...more };
}

function found(asked: ProvenanceQuestion): readonly string[] {
  return checkProvenance(asked).findings.map(({ type, id }) => `${type} ${id}`);
}

test("a file that the one index lists is where it should be", () => {
  expect(checkProvenance(question({ [main]: ["aa", "bb"] }))).toEqual({
    findings: [],
    unknown: [],
    checked: 1,
  });
});

test("a lock of another Pipfile is not looked at further", () => {
  expect(found(question({ [main]: [] }, { lockIsCurrent: false }))).toEqual([
    "ERROR INVALID-LOCK-HASH",
  ]);
});

test("an index that was never asked makes a release unknown, not fine", () => {
  expect(checkProvenance(question({ [main]: ["aa"], [extra]: undefined }))).toEqual({
    findings: [],
    unknown: [{ release: flask, index: extra }],
    checked: 1,
  });
});

test.each<[string, Record<string, string[]>, readonly string[]]>([
  ["no index lists the release", { [main]: [] }, ["ERROR MISSING-PACKAGE"]],
  ["no index lists the file", { [main]: ["bb"] }, ["ERROR INVALID-ARTIFACT-HASH"]],
  [
    "two indexes have other files under one name, and the lock names none",
    { [main]: ["aa"], [extra]: ["cc"] },
    ["WARNING DIFFERENT-ARTIFACTS-ON-SOURCES"],
  ],
  ["two indexes have the same files", { [main]: ["aa"], [extra]: ["aa"] }, []],
])("%s", (_rule, lists, expected) => {
  expect(found(question(lists))).toEqual(expected);
});

test("a file that only another index than the locked one has is an error", () => {
  const releases = [{ ...flask, index: extra }];
  const { findings } = checkProvenance(question({ [main]: ["aa"], [extra]: ["cc"] }, { releases }));
  expect(findings).toEqual([
    {
      type: "ERROR",
      id: "ARTIFACT-DIFFERENT-SOURCE",
      justification: "the file comes from another index than the lock names",
      package_name: "flask",
      package_version: "3.0",
      source: extra,
      sources: [main],
      digest: "aa",
    },
  ]);
});

test("a file that another index has, too, is worth a word", () => {
  const releases = [{ ...flask, index: extra }];
  expect(found(question({ [main]: ["aa"], [extra]: ["aa"] }, { releases }))).toEqual([
    "INFO ARTIFACT-POSSIBLE-DIFFERENT-SOURCE",
  ]);
});

test("sources are held against the allowed ones and against their certificates", () => {
  const sources = [
    { url: main, secure: true },
    { url: extra, secure: false },
  ];
  const lists = { [main]: ["aa"], [extra]: ["aa"] };
  expect(found(question(lists, { sources, allowed: [main] }))).toEqual([
    "ERROR SOURCE-NOT-WHITELISTED",
    "WARNING INSECURE-SOURCE",
  ]);
});
