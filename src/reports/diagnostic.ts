import type { ReportedConflict } from "../model/advice-report.ts";
import { errorCodes, type Place, type Problem, type ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import { excerpt, gutterWidth, type Mark } from "./excerpt.ts";
import type { Palette } from "./palette.ts";

/** How a problem is shown; `sourceText` gives the text of a file that a place names, if it can. */
export interface DiagnosticOptions {
  readonly sourceText?: (file: string) => string | undefined;
  readonly color: Palette;
}

/**
 * One problem as people read it, without a line break at the end:
 * ```
 * error[THOTH-E0102]: unknown section [package]
 *   --> Pipfile:4:1
 *    |
 *  4 | [package]
 *    | ^^^^^^^^^
 *    = a note
 * help: did you mean [packages]?
 * ```
 */
export function renderProblem(problem: Problem, options: DiagnosticOptions): string {
  const { color } = options;
  const { place } = problem;
  return [
    headline(problem.code, problem.message, color),
    ...(place === undefined ? [] : located(place, options)),
    ...noteLines(problem.notes ?? [], place === undefined ? 1 : gutterWidth([place]), color),
    ...helpLines(problem.hint === undefined ? [] : [problem.hint], color),
  ].join("\n");
}

/** Several problems, one after the other, closed by their number: `3 problems in Pipfile`. */
export function renderProblems(problems: readonly Problem[], options: DiagnosticOptions): string {
  const blocks = problems.map((problem) => renderProblem(problem, options));
  if (problems.length < 2) return blocks.join("");
  const files = new Set(problems.map((problem) => problem.place?.file));
  const [file] = files;
  const where = files.size === 1 && file !== undefined ? ` in ${safeText(file)}` : "";
  return [...blocks, `${problems.length} problems${where}`].join("\n\n");
}

/** An error that reached the user, with the problems found beside it and what caused it. */
export function renderError(error: ThothError, options: DiagnosticOptions): string {
  const causes = causeNotes(error.cause, error.message);
  const first =
    causes.length === 0
      ? error
      : { ...asProblem(error), notes: [...(error.notes ?? []), ...causes] };
  return renderProblems([first, ...error.others], options);
}

/**
 * Why there is no stack: every line of the Pipfile that takes part is underlined, then the story,
 * then each change that was tried and works.
 */
export function renderConflict(
  conflict: ReportedConflict,
  options: DiagnosticOptions & {
    readonly file: string;
    readonly verbose?: boolean;
    /** Lines that are told above it. */
    readonly above?: number;
  },
): string {
  const { color, file, verbose = false, above = 0 } = options;
  const source = options.sourceText?.(file);
  const marks = [...conflict.lines]
    .sort((a, b) => a.line - b.line)
    .map((line) => nameMark(source, line));
  const [first] = marks;
  const width = gutterWidth(marks);
  const whole = source === undefined ? [] : excerpt(source, marks, color);
  const steps = conflict.story.filter((step) => step !== conflict.message);
  const around = (first === undefined ? 1 : 2) + Math.max(1, conflict.fixes.length);
  const room = verbose ? Number.POSITIVE_INFINITY : conflictLines - around - above;
  const fits = whole.length + Math.min(steps.length, leastStory) <= room;
  const shown = fits ? whole : [];
  const beside = shown.length > 0 ? [] : linesBeside(conflict, file, verbose);
  const notes = [...beside, ...within(steps, room - shown.length - beside.length)];
  return [
    headline("unsatisfiable", conflict.message, color),
    ...(first === undefined ? [] : [arrow(file, first, width, color)]),
    ...shown,
    ...noteLines(notes, width, color),
    ...helpLines(conflict.fixes.length > 0 ? conflict.fixes : [withoutFix(conflict)], color),
  ].join("\n");
}

/** What to do where no change is known that works: not all may have been tried. */
function withoutFix({ untried = [] }: ReportedConflict): string {
  if (untried.length === 0) return explainHelp;
  const shown = untried.slice(0, mostUntried).join(", ");
  const more = untried.length > mostUntried ? ` and ${untried.length - mostUntried} more` : "";
  return `there was no time to try ${shown}${more}: run it again, which goes on from what was learnt, or look longer with \`--timeout 10m\``;
}

const mostUntried = 3;
/** Where nothing that was tried works. */
const explainHelp = `\`thoth explain ${errorCodes.unsatisfiable.id}\` says what may be done`;

/** Steps of a story in so many lines. */
function within(steps: readonly string[], room: number): readonly string[] {
  if (steps.length <= room) return steps;
  const shown = steps.slice(0, Math.max(1, room - 1));
  return [...shown, `and ${steps.length - shown.length} more steps (-v shows them)`];
}

/** The lines that take part where underlining them all would take too much room. */
function linesBeside(
  { lines }: ReportedConflict,
  file: string,
  verbose: boolean,
): readonly string[] {
  const told = lines.map(({ line, name, note }) => `${file}:${line} ${name}: ${note}`);
  if (verbose || told.length <= besideLines) return told;
  const hidden = told.length - besideLines + 1;
  return [...told.slice(0, besideLines - 1), `and ${hidden} more lines of ${file} (-v shows them)`];
}

/** `warning: …` with its help below. */
export function renderWarning(
  warning: { readonly message: string; readonly hint?: string },
  color: Palette,
): string {
  return [
    `${color.strong(color.warning("warning"))}${color.strong(":")} ${safeText(warning.message)}`,
    ...helpLines(warning.hint === undefined ? [] : [warning.hint], color),
  ].join("\n");
}

/** With the closing sentence that is twelve lines, which fit on any screen. */
const conflictLines = 11;
/** Steps that are worth more than lines underlined. */
const leastStory = 2;
const besideLines = 3;
const deepestCause = 5;

function headline(code: Problem["code"], message: string, color: Palette): string {
  const label = color.strong(color.error(`error[${errorCodes[code].id}]`));
  return `${label}${color.strong(`: ${safeText(message)}`)}`;
}

function located(place: Place, options: DiagnosticOptions): readonly string[] {
  const source = options.sourceText?.(place.file);
  const mark: Mark = { line: place.line, column: place.column, length: place.length ?? 1 };
  return [
    arrow(place.file, place, gutterWidth([place]), options.color),
    ...(source === undefined ? [] : excerpt(source, [mark], options.color)),
  ];
}

function arrow(
  file: string,
  at: { readonly line: number; readonly column: number },
  width: number,
  color: Palette,
): string {
  return `${color.accent(`${" ".repeat(width + 1)}-->`)} ${safeText(file)}:${at.line}:${at.column}`;
}

function noteLines(notes: readonly string[], width: number, color: Palette): readonly string[] {
  return notes.map((note) => `${" ".repeat(width + 2)}${color.accent("=")} ${safeText(note)}`);
}

function helpLines(hints: readonly string[], color: Palette): readonly string[] {
  return hints.map((hint) => `${color.strong(color.good("help"))}: ${safeText(hint)}`);
}

function nameMark(source: string | undefined, entry: ReportedConflict["lines"][number]): Mark {
  const text = source?.split(/\r\n|\n/)[entry.line - 1] ?? "";
  const at = text.toLowerCase().indexOf(entry.name.toLowerCase());
  // An entry whose name stands elsewhere (a [packages.name] header): the whole line.
  const whole = {
    column: text.length - text.trimStart().length + 1,
    length: text.trim().length || 1,
  };
  const span = at < 0 ? whole : { column: at + 1, length: entry.name.length };
  return { line: entry.line, ...span, note: entry.note };
}

function asProblem(error: ThothError): Problem {
  return {
    code: error.code,
    message: error.message,
    ...(error.place === undefined ? {} : { place: error.place }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

function causeNotes(cause: unknown, told: string): readonly string[] {
  const notes: string[] = [];
  let current = cause;
  while (current instanceof Error && notes.length < deepestCause) {
    const message = current.message.split("\n", 1)[0] ?? "";
    // "Invalid TOML document: illegal character" adds nothing to "not TOML: illegal character"
    if (!told.includes(message.split(": ").at(-1) ?? "")) notes.push(`cause: ${message}`);
    current = current.cause;
  }
  return notes;
}
