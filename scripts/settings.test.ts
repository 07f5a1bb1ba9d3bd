import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { settingRules } from "../src/settings/rules.ts";

const docs = fileURLToPath(new URL("../docs", import.meta.url));
const text = readFileSync(join(docs, "settings.md"), "utf8");

/** Cells of the rows whose first cell is a name in backticks. */
const rows = text.split("\n").flatMap((line) => {
  const cells = line.split("|").map((cell) => cell.trim());
  const name = /^`([a-z_]+)`$/.exec(cells[1] ?? "")?.[1];
  return name === undefined ? [] : [{ name, takes: cells[2], standard: cells[3], use: cells[4] }];
});

test("docs/settings.md has every setting, what it takes and what counts where it is not given", () => {
  const folders = { home: "~", data: "$XDG_DATA_HOME", cache: "$XDG_CACHE_HOME" };
  const rules = Object.values(settingRules(folders)).map((rule) => ({
    name: rule.name,
    takes: rule.takes,
    standard: "standard" in rule ? `\`${rule.standard}\`` : "",
  }));
  const byName = (one: { name: string }, other: { name: string }) =>
    one.name < other.name ? -1 : 1;

  expect(rows.map(({ use, ...row }) => row).toSorted(byName)).toEqual(rules.toSorted(byName));
});

test("it says which settings are secret", () => {
  const rules = Object.values(settingRules({ home: "/", data: "/", cache: "/" }));
  const secret = rules.flatMap((rule) => ("secret" in rule ? [rule.name] : []));

  expect(rows.filter(({ use }) => use?.includes("secret")).map(({ name }) => name)).toEqual(secret);
});

test("every page that it names is there", () => {
  const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);

  expect(links.filter((path) => !existsSync(join(docs, path)))).toEqual([]);
});
