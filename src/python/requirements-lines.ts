import type { Place } from "../util/errors.ts";

/** A line of a requirements file as pip takes it: continuations joined, comments gone. */
export interface RequirementsLine {
  /** Without blanks around it, never empty. */
  readonly text: string;
  /** Of its first character. */
  readonly place: Place;
}

/** One option of such a line: `-r other.txt`, `--hash=sha256:…`. */
export interface LineOption {
  /** In its long form, where pip has one: `--requirement`. */
  readonly name: string;
  readonly value: string;
}

/** A line taken apart: what stands before the first option, and the options. */
export interface LineParts {
  readonly subject: string;
  readonly options: readonly LineOption[];
}

const comment = /(?:^|\s+)#.*$/;

/** The lines that mean something, in the order of the file (pip's requirements file format). */
export function requirementsLines(text: string, file: string): readonly RequirementsLine[] {
  const found: RequirementsLine[] = [];
  let joined = "";
  let start = 0;
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    const isComment = /^\s*#/.test(line);
    if (joined === "") start = at;
    // A line that is a comment ends what the lines before it began
    if (line.endsWith("\\") && !isComment) {
      joined += line.replace(/\\+$/, "");
      // Nothing but blanks is no beginning
      if (joined === "") joined = " ";
      continue;
    }
    add(joined + (isComment ? " #" : line), start);
    joined = "";
  }
  add(joined, start);
  return found;

  function add(whole: string, line: number): void {
    const meaning = whole.replace(comment, "");
    const stripped = meaning.trim();
    if (stripped === "") return;
    const column = meaning.length - meaning.trimStart().length + 1;
    found.push({
      text: stripped,
      place: { file, line: line + 1, column, length: stripped.length },
    });
  }
}

const longNames = new Map([
  ["-r", "--requirement"],
  ["-c", "--constraint"],
  ["-e", "--editable"],
  ["-i", "--index-url"],
  ["-f", "--find-links"],
  ["--pypi-url", "--index-url"],
]);

/** Options that stand alone; each other one takes a value. */
const flags = new Set(["--no-index", "--prefer-binary", "--require-hashes", "--pre"]);

/** Takes a line apart: `flask>=2 --hash=sha256:…`, `-r other.txt`, `--index-url URL --pre`. */
export function lineParts(text: string): LineParts {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+|["']/g) ?? [];
  const first = words.findIndex((word) => word.startsWith("-"));
  if (first < 0) return { subject: text, options: [] };
  const options: LineOption[] = [];
  const rest = words.slice(first);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { name, value } = optionIn(word);
    const isWhole = value !== undefined || flags.has(name);
    options.push({ name, value: isWhole ? unquoted(value ?? "") : valueIn(rest, name) });
  }
  return { subject: subjectOf(text, words.slice(0, first)), options };
}

/** Takes the value of an option off the words that follow it. */
function valueIn(rest: string[], name: string): string {
  // Only what is installed may have blanks in it: `-e ./here ; python_version > "3"`
  if (name !== "--editable") return unquoted(rest.shift() ?? "");
  const next = rest.findIndex((word) => word.startsWith("-"));
  return rest.splice(0, next < 0 ? rest.length : next).join(" ");
}

/** The text up to the first option, with the blanks that it has. */
function subjectOf(text: string, words: readonly string[]): string {
  let end = 0;
  for (const word of words) end = text.indexOf(word, end) + word.length;
  return text.slice(0, end);
}

function optionIn(word: string): { readonly name: string; readonly value: string | undefined } {
  if (word.startsWith("--")) {
    const at = word.indexOf("=");
    const name = at < 0 ? word : word.slice(0, at);
    return { name: longNames.get(name) ?? name, value: at < 0 ? undefined : word.slice(at + 1) };
  }
  const name = word.slice(0, 2);
  const value = word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined;
  return { name: longNames.get(name) ?? name, value };
}

function unquoted(text: string): string {
  return text.replaceAll(/["']/g, (quote, at: number) =>
    at === 0 || at === text.length - 1 ? "" : quote,
  );
}

/** `${VAR}` as pip replaces it: capitals only, and one that is not set stays. */
export function expandVariables(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (token, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined || value === "" ? token : value;
  });
}
