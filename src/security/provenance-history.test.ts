import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { type HistoryQuestion, historyFindings } from "./provenance-history.ts";

const main = indexUrl("https://main.example/simple");
const extra = indexUrl("https://extra.example/simple");
const release = { name: packageName("flask"), version: "3.0", index: main, hashes: ["aa", "bb"] };
const seen = { version: "3.0", index: main, files: ["aa", "bb"] };
const same: HistoryQuestion = {
  release,
  index: main,
  listed: new Set(["aa", "bb"]),
  gone: [],
  seen,
  strangers: [],
  vouched: false,
};

function found(differs: Partial<HistoryQuestion>): readonly string[] {
  return historyFindings({ ...same, ...differs }).map(
    ({ type, id, sources = [], gone = [], come = [] }) =>
      [
        type,
        id,
        ...sources,
        ...gone.map((file) => `-${file}`),
        ...come.map((file) => `+${file}`),
      ].join(" "),
  );
}

test.each<[string, Partial<HistoryQuestion>, readonly string[]]>([
  ["what is as it was is no finding", {}, []],
  ["a package that nobody saw before is no finding", { seen: undefined }, []],
  ["another index than before", { index: extra }, [`WARNING NEW-INDEX ${main}`]],
  ["another index that the user vouches for is no finding", { index: extra, vouched: true }, []],
  [
    "an index that shares no file with one that knows the name",
    { seen: undefined, strangers: [extra] },
    [`WARNING NEW-INDEX ${extra}`],
  ],
  ["a file that is gone", { listed: new Set(["aa"]) }, ["WARNING FILES-CHANGED -bb"]],
  ["a file that the store saw go", { seen: undefined, gone: ["cc"] }, ["INFO FILES-CHANGED -cc"]],
  [
    "a file that the store saw go and that the lock admits",
    { seen: undefined, listed: new Set(["aa"]), gone: ["bb"] },
    ["WARNING FILES-CHANGED -bb"],
  ],
  [
    "a file that took the place of another",
    { listed: new Set(["aa", "cc"]) },
    ["WARNING FILES-CHANGED -bb +cc"],
  ],
  [
    "a file that came and that the lock does not admit",
    { listed: new Set(["aa", "bb", "cc"]) },
    ["INFO FILES-CHANGED +cc"],
  ],
  [
    "a file that came and that the lock admits",
    { seen: { ...seen, files: ["aa"] } },
    ["WARNING FILES-CHANGED +bb"],
  ],
  [
    "other files of another version are no finding",
    { seen: { ...seen, version: "2.0", files: ["zz"] } },
    [],
  ],
])("%s", (_rule, differs, expected) => {
  expect(found(differs)).toEqual(expected);
});
