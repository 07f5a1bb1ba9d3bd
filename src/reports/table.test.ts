import { expect, test } from "vitest";
import { table, usableColumns } from "./table.ts";
import { ageText, bytesText, counted, durationText, listed } from "./wording.ts";

test("columns line up and lines have no blanks at their end", () => {
  const rows = [
    ["a", "1.0", ""],
    ["flask", "3.0.3", "Pipfile:7"],
  ];

  expect(table(rows, { columns: 80, heading: ["NAME", "VERSION"] })).toEqual([
    "NAME   VERSION",
    "a      1.0",
    "flask  3.0.3    Pipfile:7",
  ]);
});

test("the widest column gives way first", () => {
  expect(table([["short", "a".repeat(40)]], { columns: 20 })).toEqual(["short  aaaaaaaaaa..."]);
});

test.each([
  [undefined, Number.POSITIVE_INFINITY],
  [0, 80],
  [19, 80],
  [20, 20],
  [132, 132],
])("%s columns count as %s", (columns, expected) => {
  expect(usableColumns(columns)).toBe(expected);
});

test.each([
  [durationText(0.4), "0 ms"],
  [durationText(999.7), "1.0 s"],
  [durationText(2_080), "2.1 s"],
  [durationText(59_960), "1 min"],
  [durationText(185_000), "3 min 5 s"],
  [ageText(59_999), "less than a minute"],
  [ageText(60_000), "1 minute"],
  [ageText(5 * 3_600_000), "5 hours"],
  [ageText(50 * 3_600_000), "2 days"],
  [bytesText(999), "999 B"],
  [bytesText(83_200_000), "83.2 MB"],
  [bytesText(999_960), "1.0 MB"],
  [counted(1, "package"), "1 package"],
  [counted(0, "package"), "0 packages"],
  [listed([]), ""],
  [listed(["a", "b", "c"]), "a, b and c"],
  [listed(["a", "b", "c"], 2), "a, b and 1 more"],
])("numbers in words: %s", (text, expected) => {
  expect(text).toBe(expected);
});
