import type { InstalledFact, ReleaseList } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import { safeLines, safeText } from "../util/terminal-text.ts";
import { failureText } from "./failure-text.ts";
import type { Palette } from "./palette.ts";
import { table, usableColumns } from "./table.ts";
import { ageText, bytesText, counted, durationText, lines } from "./wording.ts";

/** How the smaller results are told; every renderer gives lines, each ended by a line break. */
export interface ResultOptions {
  readonly columns: number | undefined;
  readonly color: Palette;
}

/** `thoth runtimes`. */
export function renderRuntimes(runtimes: readonly Runtime[], options: ResultOptions): string {
  if (runtimes.length === 0) return "No runtime found\n";
  const rows = runtimes.map((runtime) => [
    safeText(runtime.id),
    safeText(runtime.pythonFull),
    safeText(`${runtime.operatingSystem.name} ${runtime.operatingSystem.version}`),
    safeText(placeOf(runtime)),
  ]);
  return lines(table(rows, tableOptions(options, ["RUNTIME", "PYTHON", "SYSTEM", "INTERPRETER"])));
}

function placeOf({ interpreter, root }: Runtime): string {
  if (interpreter === undefined) return "no interpreter here";
  return root === undefined ? interpreter : `${interpreter} in ${root}`;
}

/** One release that `thoth solve` learnt about. */
export interface SolvedRelease {
  readonly release: string;
  /** Requires-Dist lines as written. */
  readonly requires: readonly string[];
  readonly requiresPython?: string;
  /** Absent where it was not installed, e.g. because it failed before. */
  readonly installed?: InstalledFact;
  /** Why nothing could be learnt; absent where something was. */
  readonly problem?: string;
}

/** `thoth solve`: each release with its dependencies and what installing it showed. */
export function renderSolved(
  solved: readonly SolvedRelease[],
  runtime: string,
  options: ResultOptions,
): string {
  const { color } = options;
  return lines(
    solved.flatMap((one) => [
      color.strong(`${safeText(one.release)} on ${safeText(runtime)}`),
      ...(one.problem === undefined ? [] : [color.error(`  ${safeText(one.problem)}`)]),
      ...(one.requiresPython === undefined ? [] : [`  Python ${safeText(one.requiresPython)}`]),
      ...one.requires.map((line) => `  needs ${safeText(line)}`),
      ...(one.installed === undefined ? [] : installedLines(one.installed, color)),
    ]),
  );
}

/** `thoth investigate`: what the queue's messages came to. */
export interface InvestigationResult {
  readonly handled: number;
  readonly retried: number;
  /** Messages given up, each with its reason. */
  readonly dead: readonly { readonly message: string; readonly reason: string }[];
  /** Still in the queue. */
  readonly waiting: number;
  readonly durationMs: number;
}

/** Dead letters that are shown one by one. */
const mostLetters = 10;

/** `thoth investigate`. */
export function renderInvestigation(result: InvestigationResult, options: ResultOptions): string {
  const dead = result.dead
    .slice(0, mostLetters)
    .map((letter) =>
      options.color.error(`given up: ${safeText(letter.message)}: ${safeText(letter.reason)}`),
    );
  const untold = result.dead.length - dead.length;
  if (untold > 0) dead.push(`and ${untold} more (\`thoth queue list --state dead\` shows them)`);
  const parts = [
    `Handled ${counted(result.handled, "message")}`,
    ...(result.retried > 0 ? [`${result.retried} to be tried again`] : []),
    ...(result.dead.length > 0 ? [`${result.dead.length} given up`] : []),
    `${result.waiting} waiting`,
  ];
  return lines([...dead, `${parts.join(", ")} in ${durationText(result.durationMs)}`]);
}

/** `thoth knowledge show NAME`: the newest releases on one index. `now` is ms since the epoch. */
export function renderReleases(
  list: ReleaseList,
  options: ResultOptions & { readonly now: number; readonly most: number },
): string {
  const age = `confirmed ${ageText(Math.max(0, options.now - list.checkedAt))} ago`;
  const head = `${safeText(list.name)} on ${safeText(list.index)}, ${age}`;
  if (list.absent !== undefined) return lines([`${head}: the index has no such package`]);
  const shown = Math.min(list.count, options.most);
  const rows = Array.from({ length: shown }, (_, position) => {
    const { version, files, vanished, gone = [] } = list.release(position);
    const states = [
      ...(vanished === undefined ? [] : [`vanished, seen ${safeText(vanished)}`]),
      ...(files.some((file) => file.yanked !== undefined) ? ["yanked"] : []),
      ...(gone.length === 0 ? [] : [`${counted(gone.length, "file")} gone`]),
    ];
    return ["", safeText(version), counted(files.length, "file"), states.join(", ")];
  });
  const hidden = list.count - shown;
  return lines([
    options.color.strong(`${head}: ${counted(list.count, "release")}`),
    ...table(rows, tableOptions(options)),
    ...(hidden > 0 ? [options.color.faint(`  and ${hidden} older ones (-v shows all)`)] : []),
  ]);
}

/** Numbers with their names, for `thoth knowledge stats`; bytes where the unit says so. */
export interface Figure {
  readonly name: string;
  readonly value: number | string;
  readonly unit?: "bytes" | "ms";
}

/** `thoth knowledge stats`. */
export function renderFigures(figures: readonly Figure[], options: ResultOptions): string {
  const rows = figures.map(({ name, value, unit }) => [safeText(name), figureText(value, unit)]);
  return lines(table(rows, tableOptions(options)));
}

/** `thoth knowledge verify`: damaged files, each with what is wrong. */
export function renderVerification(
  result: {
    readonly packages: number;
    readonly damaged: readonly { readonly file: string; readonly problem: string }[];
  },
  options: ResultOptions,
): string {
  const damaged = result.damaged.map(({ file, problem }) =>
    options.color.error(`damaged: ${safeText(file)}: ${safeText(problem)}`),
  );
  const verdict = damaged.length === 0 ? "all whole" : `${damaged.length} damaged`;
  return lines([
    ...damaged,
    `Read the files of ${counted(result.packages, "package")}: ${verdict}`,
  ]);
}

function installedLines(fact: InstalledFact, color: Palette): readonly string[] {
  const tools = Object.entries(fact.tools).map(([name, version]) => `${name} ${version}`);
  const how = `in ${durationText(fact.durationMs)} with ${safeText(tools.join(", "))}`;
  if (fact.outcome === "ok") {
    return [color.good(`  installed, ${counted(fact.modules.length, "module")} imported ${how}`)];
  }
  const why = fact.failure === undefined ? "failed" : failureText(fact.failure);
  const detail =
    fact.detail === undefined ? [] : safeLines(fact.detail).map((line) => `    ${line}`);
  return [color.error(`  ${why}, found ${how}`), ...detail];
}

function figureText(value: number | string, unit: Figure["unit"]): string {
  if (typeof value === "string") return safeText(value);
  if (unit === "bytes") return bytesText(value);
  return unit === "ms" ? durationText(value) : String(value);
}

function tableOptions(options: ResultOptions, heading?: readonly string[]) {
  const columns = usableColumns(options.columns);
  return heading === undefined ? { columns } : { columns, heading, color: options.color };
}
