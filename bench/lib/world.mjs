// What all measurements share: the reference folder, the cases, the index, folders that go away,
// and the program to measure (THOTH, else dist/bin/thoth.js).
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const thoth = resolve(process.env.THOTH ?? join(root, "dist/bin/thoth.js"));
export const shared = resolve(process.env.SHARED_DIR ?? join(root, "../shared"));

/** Ends the run with a sentence that says what to install or set. */
export function missing(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** One JSON line on stdout. */
export function record(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Options of a script: `{ n: { type: "string", default: "5" } }`; names after them are cases. */
export function options(definitions) {
  try {
    return parseArgs({ options: definitions, allowPositionals: true });
  } catch (cause) {
    const known = Object.keys(definitions).map((name) => `--${name}`);
    return missing(`${cause.message}; options: ${known.join(" ")}, then names of cases`);
  }
}

/** A tool of the reference folder. */
export function tool(name) {
  const path = join(shared, "tools", name);
  if (!existsSync(path)) missing(`no ${path}: set SHARED_DIR to the reference folder`);
  return path;
}

/** The public cases in order of name, or those asked for. */
export function cases(names = []) {
  const folder = join(shared, "cases");
  if (!existsSync(folder)) missing(`no ${folder}: set SHARED_DIR to the reference folder`);
  if (!existsSync(thoth)) missing(`no ${thoth}: run npm run build, or set THOTH`);
  const chosen = names.length > 0 ? names : readdirSync(folder).sort();
  return chosen.map((name) => {
    const directory = join(folder, name);
    if (!existsSync(directory)) missing(`no case ${name} in ${folder}`);
    const meta = JSON.parse(readFileSync(join(directory, "meta.json"), "utf8"));
    if (meta.git_mirror !== undefined && process.env.GIT_MIRROR === undefined)
      missing(`${name} needs GIT_MIRROR: ${meta.git_note}`);
    return { name, directory, python: meta.python, expect: meta.expect, mirror: meta.git_mirror };
  });
}

/** The index of pip's configuration or pip's own default, asked from pip; no name stands here. */
export function indexUrl() {
  if (process.env.INDEX_URL !== undefined) return process.env.INDEX_URL;
  const ask = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
  return execFileSync("python3", ["-c", ask], { encoding: "utf8" }).trim().replace(/\/$/, "");
}

const scratch = mkdtempSync(join(process.env.BENCH_TMP ?? tmpdir(), "thoth-bench-"));
process.on("exit", () => {
  if (process.env.BENCH_KEEP === undefined) rmSync(scratch, { recursive: true, force: true });
});

/** A new empty folder that is gone when the script ends (BENCH_KEEP keeps it). */
export function folder(name) {
  return mkdtempSync(join(scratch, `${name}-`));
}

/** A copy of a case's project, with a store and a cache of its own. */
export function world(testCase) {
  const home = folder(testCase.name);
  const project = join(home, "project");
  mkdirSync(project);
  for (const file of readdirSync(testCase.directory))
    if (file !== "meta.json")
      cpSync(join(testCase.directory, file), join(project, file), { recursive: true });
  return { case: testCase, home, project, store: join(home, "store"), cache: join(home, "cache") };
}

/** The environment of a run; PIP_FIND_LINKS would mix other releases in. */
export function environment(place) {
  const { PIP_FIND_LINKS: _, ...rest } = process.env;
  const env = { ...rest, INDEX_URL: indexUrl(), NO_COLOR: "1", CI: "1" };
  if (place === undefined) return env;
  const rules = Object.entries(place.case.mirror ?? {}).flatMap(([from, to], at) => [
    [
      `GIT_CONFIG_KEY_${at}`,
      `url.${to.replace("$GIT_MIRROR", process.env.GIT_MIRROR ?? "")}.insteadOf`,
    ],
    [`GIT_CONFIG_VALUE_${at}`, from],
  ]);
  if (rules.length > 0) rules.push(["GIT_CONFIG_COUNT", String(rules.length / 2)]);
  return { ...env, ...Object.fromEntries(rules), THOTH_CACHE: place.cache, ...place.env };
}

/** The command line of `thoth advise` on a copied case. */
export function adviseCommand(place, ...flags) {
  const python = ["--python", place.case.python];
  return [
    process.execPath,
    thoth,
    "advise",
    place.project,
    "--store",
    place.store,
    ...python,
    ...flags,
  ];
}

/** Versions of a Pipfile.lock by package: "1.0", or "@…" where no index is the source. */
export function lockedVersions(path) {
  const { _meta, ...categories } = JSON.parse(readFileSync(path, "utf8"));
  const entries = Object.values(categories).flatMap((category) => Object.entries(category));
  return Object.fromEntries(
    entries.map(([name, entry]) => [
      name.toLowerCase().replaceAll(/[-_.]+/g, "-"),
      entry.version?.replace(/^===?/, "") ?? `@${entry.ref ?? entry.path ?? entry.file}`,
    ]),
  );
}

/** Random numbers that a seed repeats (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A Markdown table on stdout. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell ?? "")).join(" | ")} |\n`;
  const rule = head.map(() => "---");
  process.stdout.write(`\n${[head, rule, ...rows].map(line).join("")}\n`);
}
