import type { Palette } from "./palette.ts";

const gap = 2;
const narrowest = 4;

/**
 * Columns a report may use: a terminal that claims fewer than 20 (0 in some ptys) counts as 80;
 * off a terminal nothing is cut.
 */
export function usableColumns(columns: number | undefined): number {
  if (columns === undefined) return Number.POSITIVE_INFINITY;
  return columns < 20 ? 80 : columns;
}

/** Cuts a text to `width` characters, "..." at its end where something is missing. */
export function clip(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width <= 3
    ? characters.slice(0, width).join("")
    : `${characters.slice(0, width - 3).join("")}...`;
}

/**
 * Rows as aligned columns, no line wider than `columns`: the widest column gives way first.
 * Cells hold one line of safe text, without colour; the heading is optional.
 */
export function table(
  rows: readonly (readonly string[])[],
  options: {
    readonly columns: number;
    readonly heading?: readonly string[];
    readonly color?: Palette;
  },
): readonly string[] {
  const { heading, color } = options;
  const all = heading === undefined ? rows : [heading, ...rows];
  const widths = fitted(naturalWidths(all), options.columns);
  const lines = all.map((row) =>
    row
      .map((cell, column) => clip(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
  const [first, ...rest] = lines;
  if (heading === undefined || color === undefined || first === undefined) return lines;
  return [color.faint(first), ...rest];
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
    }
  }
  return widths;
}

function fitted(natural: readonly number[], columns: number): readonly number[] {
  const widths = [...natural];
  const room = columns - gap * (widths.length - 1);
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= narrowest) break;
    widths[widest] = width - 1;
    over -= 1;
  }
  return widths;
}
