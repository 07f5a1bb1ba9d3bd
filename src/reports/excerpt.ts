import { safeText } from "../util/terminal-text.ts";
import type { Palette } from "./palette.ts";

/** A stretch of one line of a file, with an optional note beside its underline. */
export interface Mark {
  /** Line and column count from 1; `length` in characters of the line. */
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly note?: string;
}

const windowWidth = 100;
const leadIn = 30;

/** How wide the line numbers of these marks are. */
export function gutterWidth(marks: readonly { readonly line: number }[]): number {
  return Math.max(1, ...marks.map((mark) => String(mark.line).length));
}

/**
 * The marked lines of a source, each underlined:
 * ```
 *    |
 *  7 | werkzeug = ">=2.0"
 *    | ^^^^^^^^ you ask for >=2.0
 * ```
 * Lines that do not exist are left out; nothing at all gives [].
 */
export function excerpt(source: string, marks: readonly Mark[], color: Palette): readonly string[] {
  const texts = source.split(/\r\n|\n/);
  const width = gutterWidth(marks);
  const bar = color.accent(`${" ".repeat(width + 2)}|`);
  const output: string[] = [];
  let previous: number | undefined;
  for (const mark of marks) {
    const text = texts[mark.line - 1];
    if (text === undefined) continue;
    if (previous === undefined) output.push(bar);
    else if (mark.line > previous + 1) output.push(color.accent(`${" ".repeat(width)}...`));
    previous = mark.line;
    const { shown, underline } = underlined(text, mark);
    const number = color.accent(` ${String(mark.line).padStart(width)} |`);
    const note = mark.note === undefined ? "" : ` ${safeText(mark.note)}`;
    output.push(`${number} ${shown}`.trimEnd(), `${bar} ${underline(color, note)}`);
  }
  return output;
}

function underlined(text: string, mark: Mark) {
  const start = Math.min(mark.column - 1, text.length);
  const before = safeText(text.slice(0, start));
  const marked = safeText(text.slice(start, start + mark.length));
  const after = safeText(text.slice(start + mark.length));
  // A line of ten thousand characters: show the part around the mark.
  const dropped = before.length > windowWidth - leadIn ? before.length - leadIn : 0;
  const head = dropped > 0 ? `...${before.slice(dropped)}` : before;
  const whole = `${head}${marked}${after}`;
  const shown = whole.length > windowWidth ? `${whole.slice(0, windowWidth)}...` : whole;
  const length = Math.max(1, Math.min(marked.length, windowWidth - head.length));
  const underline = (color: Palette, note: string) =>
    `${" ".repeat(head.length)}${color.error(`${"^".repeat(length)}${note}`)}`;
  return { shown, underline };
}
