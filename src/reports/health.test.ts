import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { indicatorIds } from "../model/health.ts";

test("docs/health.md explains every indicator, in the order of reports", () => {
  const text = readFileSync(new URL("../../docs/health.md", import.meta.url), "utf8");

  const rows = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);

  expect(rows).toEqual([...indicatorIds]);
});
