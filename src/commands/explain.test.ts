import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { explainedRules } from "../model/why.ts";
import { errorCodes } from "../util/errors.ts";
import { packageRoot } from "../util/package-root.ts";

const folder = join(packageRoot(), "docs", "explain");
const pages = readdirSync(folder).map((file) => file.replace(/\.md$/, ""));
/** What `cli.ts` says of a failure that nobody expected. */
const bug = "THOTH-E0500";

test("every error code and every rule has a page, and every page one of them", () => {
  const codes = Object.values(errorCodes).map(({ id }) => id);

  expect(pages.sort()).toEqual([...codes, bug, ...explainedRules].sort());
});

test.each(pages)(
  "the page %s says what it means, why, what to do and shows it, in 8 to 20 lines",
  (name) => {
    const text = readFileSync(join(folder, `${name}.md`), "utf8");

    expect(text.startsWith(`# ${name}: `)).toBe(true);
    for (const part of ["\nWhy it happens:\n", "\nWhat to do:\n", "\nExample:\n"])
      expect(text).toContain(part);
    const lines = text
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "");
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(lines.length).toBeLessThanOrEqual(20);
  },
);

test("a code is found by its number and by its name, and a typing error is answered", async () => {
  const project = makeProject();

  const byNumber = await thoth(project, ["explain", "e201"]);
  const byName = await thoth(project, ["explain", "unsatisfiable"]);
  const wrong = await thoth(project, ["explain", "unsatisfiabel"]);

  expect(byNumber).toMatchObject({ exitCode: 0, stderr: "" });
  expect(byNumber.stdout).toBe(readFileSync(join(folder, "THOTH-E0201.md"), "utf8"));
  expect(byName.stdout).toBe(byNumber.stdout);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("did you mean unsatisfiable?");
});

test("without a code all pages are listed", async () => {
  const { stdout } = await thoth(makeProject(), ["explain"]);

  expect(stdout.trimEnd().split("\n")).toHaveLength(pages.length);
});
