import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));

/** Runs the check on a tree of our own; two harmless files keep it from being empty. */
function check(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "thoth-layers-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const sound = {
    "src/cli.ts": `import type { Name } from "./python/name.ts";\nexport const name: Name = "a";\n`,
    "src/python/name.ts": "export type Name = string;\n",
  };
  for (const [path, text] of Object.entries({ ...sound, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const script = join(repository, "scripts/check-layers.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], {
    encoding: "utf8",
  });
  return { status, stdout: stdout.trim(), rules: stderr.trim().split("\n").sort() };
}

test("a tree whose imports all point downwards passes, and every module is counted", () => {
  expect(check({})).toEqual({
    status: 0,
    stdout: "2 modules, 1 imports, 0 problems",
    rules: [""],
  });
});

test("every planted violation is reported, type-only and dynamic imports too", () => {
  const { status, rules } = check({
    "src/adviser/advise.ts": `
import { readFileSync } from "node:fs";
import { request } from "undici";
import type { solve } from "../solver/solve.ts";
export const advise = (): typeof solve | unknown => [readFileSync, request];
`,
    "src/solver/solve.ts": "export const solve = () => import(`../security/scan.ts`);\n",
    "src/security/scan.ts": "export const scan = 1;\n",
    "src/model/release.ts": `import type { Page } from "./page.ts";\nexport type Release = Page;\n`,
    "src/model/page.ts": `import type { Release } from "./release.ts";\nexport type Page = Release;\n`,
    "src/python/pipfile.ts": `import type { Release } from "../model/release.ts";\nexport type Pipfile = Release;\n`,
    "src/commands/lock.ts": `
import { JsonStore } from "../store/json-store.ts";
import { advise } from "../adviser/advise.ts";
import picomatch from "picomatch";
export const lock = [JsonStore, advise, picomatch];
`,
    "src/store/json-store.ts": "export class JsonStore {}\n",
    "src/util/unused.ts": "export const unused = 1;\n",
  });

  expect(status).toBe(1);
  expect([...new Set(rules.map((line) => line.split(":")[0]))]).toEqual([
    "advice-is-offline",
    "adviser-imports-only-below",
    "back-ends-only-from-wiring",
    "no-cycles",
    "no-orphans",
    "packages-are-listed",
    "python-imports-only-below",
    "solver-imports-only-below",
    "undici-has-an-owner",
  ]);
});

test("a file that the checker does not read is a failure, not a pass", () => {
  const { status, rules } = check({ "src/python/broken.ts": "import { from from;\n((((\n" });

  expect(status).toBe(1);
  expect(rules.join("\n")).toMatch(/src\/python\/broken[.]ts/);
});
