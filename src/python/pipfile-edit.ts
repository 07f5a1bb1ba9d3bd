import { ThothError } from "../util/errors.ts";
import { packageName } from "./name.ts";
import { type KeyPath, type TableSpan, tableSpans } from "./toml-keys.ts";

/** An entry of a category, as `addEntry` writes it. */
export interface NewEntry {
  /** The Pipfile's name of the category: `packages`, `dev-packages`, or its own. */
  readonly category: string;
  /** As it shall stand there. */
  readonly name: string;
  /** `*`, or a specifier such as `>=2,<3`. */
  readonly version: string;
  readonly extras: readonly string[];
  /** Text of a marker. */
  readonly markers?: string;
  /** Before the first whose name sorts behind it, as `sort_pipfile` asks; else behind all others. */
  readonly sorted?: boolean;
}

/** A text after an edit, and what was written or taken out, without its line break. */
export interface Edited {
  readonly text: string;
  readonly line: string;
}

/** A text without an entry. */
export interface Removed extends Edited {
  /** Its whole lines, for `restoreEntry`. */
  readonly written: string;
}

/**
 * Adds one entry to the others of its category, and the category's table where there is none.
 * Everything else stays byte for byte; the file's own line breaks, indentation and quotes are
 * taken up. The text must be TOML, and the category must not hold the name yet.
 *
 * @throws ThothError `bad-pipfile` where the category is no table with a header of its own
 */
export function addEntry(text: string, entry: NewEntry, file: string): Edited {
  const tables = tableSpans(text);
  refuseInline(tables, entry.category, file);
  const style = styleOf(text, tables, entry.category);
  const line = `${style.indent}${keyText(entry.name)}${style.equals}${valueText(entry, style)}`;
  const table = tables.find(({ path }) => isPath(path, [entry.category]));
  if (table !== undefined) {
    return { text: insertLine(text, placeInTable(table, entry), line), line: line.trimStart() };
  }
  const header = `[${keyText(entry.category)}]`;
  const at = placeForTable(tables, entry.category);
  const lines = at.before ? [header, line, ""] : ["", header, line];
  const edited = at.before
    ? insertBefore(text, at.offset, lines)
    : insertTable(text, at.offset, lines);
  return { text: edited, line: line.trimStart() };
}

/**
 * Takes one entry out: its lines, or its own table `[category.name]`. Comments on lines of their
 * own stay. Names compare as packages do. Undefined: the category does not hold it.
 *
 * @throws ThothError `bad-pipfile` as `addEntry` does
 */
export function removeEntry(
  text: string,
  { category, name }: { readonly category: string; readonly name: string },
  file: string,
): Removed | undefined {
  const tables = tableSpans(text);
  refuseInline(tables, category, file);
  const wanted = packageName(name);
  const isEntry = ([first, second]: KeyPath): boolean =>
    first === category && second !== undefined && packageName(second) === wanted;
  const cuts = tables.flatMap((table) => {
    if (isEntry(table.path)) return [withBlankLine(text, tableLines(text, table))];
    return table.pairs.filter(({ path }) => isEntry(path)).map((pair) => lineSpan(text, pair));
  });
  if (cuts.length === 0) return undefined;
  const lines = cuts.map(({ start, end }) => text.slice(start, end));
  const line = lines.map((one) => one.trim()).join(" ");
  return { text: without(text, cuts), line, written: lines.join("") };
}

/** Takes back a `removeEntry` in a text that changed since: its lines, behind the others of the category. */
export function restoreEntry(
  text: string,
  { category, written }: { readonly category: string; readonly written: string },
): string {
  const tables = tableSpans(text);
  const lines = written.trimEnd();
  const table = tables.find(({ path }) => isPath(path, [category]));
  const outline = lines.trimStart().startsWith("[");
  if (table !== undefined && !outline)
    return insertLine(text, table.pairs.at(-1)?.end ?? table.end, lines);
  const header = outline ? [] : [`[${keyText(category)}]`];
  return insertTable(text, text.length, ["", ...header, lines]);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Style {
  readonly indent: string;
  readonly equals: string;
  readonly quote: '"' | "'";
}

/** `packages = {…}` and `packages.flask = …` before the first header are too rare to write into. */
function refuseInline(tables: readonly TableSpan[], category: string, file: string): void {
  const [root] = tables;
  const inline = root?.pairs.find(({ path }) => path[0] === category);
  if (inline === undefined) return;
  throw new ThothError("bad-pipfile", `\`${category}\` has no table of its own`, {
    place: { file, line: 1, column: 1 },
    hint: `write it as \`[${category}]\` with a line for each package`,
  });
}

/** As the category's last entry is written, else the last of any category. */
function styleOf(text: string, tables: readonly TableSpan[], category: string): Style {
  const own = tables.filter(({ path }) => isPath(path, [category]));
  const others = tables.filter(({ path }) => path.length === 1 && /packages$/.test(path[0] ?? ""));
  const pairs = [...others, ...own].flatMap((table) => table.pairs);
  const last = pairs.at(-1);
  const quotes = pairs.map(({ start, end }) => /=\s*(["'])/.exec(text.slice(start, end))?.[1]);
  const single = quotes.filter((quote) => quote === "'").length;
  const double = quotes.filter((quote) => quote === '"').length;
  const written = last === undefined ? "" : text.slice(last.start, last.end);
  return {
    indent: last === undefined ? "" : (/[ \t]*$/.exec(text.slice(0, last.start))?.[0] ?? ""),
    equals: /^[^=\s]+=\S/.test(written) ? "=" : " = ",
    quote: single > double ? "'" : '"',
  };
}

function keyText(name: string): string {
  return /^[\w-]+$/.test(name) ? name : `"${name}"`;
}

function valueText({ version, extras, markers }: NewEntry, { quote }: Style): string {
  if (extras.length === 0 && markers === undefined) return quoted(version, quote);
  const options = [
    ...(extras.length === 0
      ? []
      : [`extras = [${extras.map((extra) => quoted(extra, quote)).join(", ")}]`]),
    `version = ${quoted(version, quote)}`,
    ...(markers === undefined ? [] : [`markers = ${quoted(markers, quote)}`]),
  ];
  return `{${options.join(", ")}}`;
}

function quoted(text: string, quote: Style["quote"]): string {
  if (!text.includes(quote) && !text.includes("\\")) return `${quote}${text}${quote}`;
  if (!text.includes("'")) return `'${text}'`;
  return JSON.stringify(text);
}

/** A new line below the one that holds the offset. */
function insertLine(text: string, offset: number, line: string): string {
  const feed = text.indexOf("\n", offset);
  if (feed < 0) return `${text}${lineBreak(text)}${line}`;
  return `${text.slice(0, feed + 1)}${line}${lineBreak(text)}${text.slice(feed + 1)}`;
}

interface TablePlace {
  readonly offset: number;
  /** The header goes before a table that is there, in place of behind it. */
  readonly before: boolean;
}

/** Before `[category.name]`, else behind the last category, else behind the sources, else at the end. */
function placeForTable(tables: readonly TableSpan[], category: string): TablePlace {
  const outline = tables.find(({ path }) => path[0] === category);
  if (outline !== undefined) return { offset: outline.start, before: true };
  const headed = tables.filter(({ path }) => path.length > 0);
  const isCategory = ({ path }: TableSpan) => /packages$/.test(path[0] ?? "");
  const last =
    headed.findLast(isCategory) ??
    headed.findLast(({ path }) => path[0] === "source") ??
    tables.at(-1);
  return { offset: last?.pairs.at(-1)?.end ?? last?.end ?? 0, before: false };
}

function insertBefore(text: string, offset: number, lines: readonly string[]): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const added = lines.map((line) => `${line}${lineBreak(text)}`).join("");
  return `${text.slice(0, start)}${added}${text.slice(start)}`;
}

function insertTable(text: string, offset: number, lines: readonly string[]): string {
  const end = text.trim() === "" ? text.length : lineEnd(text, offset);
  const before = text.slice(0, end);
  const written = before.trim() === "" ? lines.slice(1) : lines;
  const added = written.map((line) => `${line}${lineBreak(text)}`).join("");
  const lead = before === "" || before.endsWith("\n") ? "" : lineBreak(text);
  return `${before}${lead}${added}${text.slice(end)}`;
}

/** The offset behind which a new line of a category goes. */
function placeInTable({ pairs, end }: TableSpan, { name, sorted = false }: NewEntry): number {
  const next = sorted ? pairs.findIndex(({ path }) => (path[1] ?? "") > name) : -1;
  const before = next < 0 ? pairs.at(-1) : pairs[next - 1];
  return before?.end ?? end;
}

/** Whole lines, with the break that ends the last. */
function lineSpan(text: string, { start, end }: Span): Span {
  return { start: text.lastIndexOf("\n", start - 1) + 1, end: lineEnd(text, end) };
}

function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf("\n", offset);
  return feed < 0 ? text.length : feed + 1;
}

function tableLines(text: string, table: TableSpan): Span {
  return lineSpan(text, { start: table.start, end: table.pairs.at(-1)?.end ?? table.end });
}

/** A table goes with the blank line that parts it from the next. */
function withBlankLine(text: string, span: Span): Span {
  const [blank = ""] = /^[ \t]*\r?\n/.exec(text.slice(span.end)) ?? [];
  return { start: span.start, end: span.end + blank.length };
}

function without(text: string, cuts: readonly Span[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of cuts) {
    parts.push(text.slice(at, Math.max(at, start)));
    at = Math.max(at, end);
  }
  return [...parts, text.slice(at)].join("");
}

function lineBreak(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
}

function isPath(path: KeyPath, wanted: KeyPath): boolean {
  return path.length === wanted.length && path.every((key, at) => key === wanted[at]);
}
