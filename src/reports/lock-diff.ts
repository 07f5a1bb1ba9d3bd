import type { LockDiff, PinChange } from "../model/lock-diff.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import { markdownText } from "./markdown-text.ts";
import type { Palette } from "./palette.ts";
import { table, usableColumns } from "./table.ts";
import { counted, lines } from "./wording.ts";

interface LockDiffOptions {
  readonly verbosity: "quiet" | "normal" | "verbose";
  readonly columns: number | undefined;
  readonly color: Palette;
}

const signs = {
  added: "+",
  removed: "-",
  updated: "~",
  downgraded: "v",
  hashes: "#",
  details: "=",
} satisfies Record<PinChange["change"], string>;

/** `thoth diff` in text: a line for each package that differs, then what that comes to. */
export function renderLockDiff(diff: LockDiff, options: LockDiffOptions): string {
  const { color, verbosity, columns } = options;
  const closing = color.strong(closingText(diff));
  if (verbosity === "quiet") return lines([closing]);
  const rows = diff.changes.map((one) => [
    signs[one.change],
    safeText(one.name),
    safeText(versionText(one, " -> ")),
    safeText(noteText(one)),
  ]);
  const body = table(rows, { columns: usableColumns(columns) }).map((line, row) => {
    const change = diff.changes[row]?.change;
    if (change === "removed" || change === "downgraded") return color.error(line);
    return change === "added" ? color.good(line) : line;
  });
  return lines([...body, closing]);
}

/** `thoth diff --format markdown`: for the body of a pull request. */
export function lockDiffMarkdown(diff: LockDiff): string {
  const head = `**${markdownText(closingText(diff))}**`;
  if (diff.changes.length === 0) return lines([head]);
  return lines([
    head,
    "",
    "| package | change | from | to | note |",
    "|---|---|---|---|---|",
    ...diff.changes.map((one) => {
      const { name, change, from = "", to = "" } = one;
      const cells = [name, changeNames[change], from, change === "hashes" ? "" : to, noteText(one)];
      return `| ${cells.map(markdownText).join(" | ")} |`;
    }),
  ]);
}

/** `thoth diff --format json`. */
export function lockDiffJson({ before, after, changes, unchanged }: LockDiff): string {
  return jsonDocument({
    schema: "thoth.diff",
    version: "1.0",
    before,
    after,
    changes,
    counts: { ...countsOf(changes), unchanged },
  });
}

const changeNames = {
  added: "added",
  removed: "removed",
  updated: "updated",
  downgraded: "downgraded",
  hashes: "hashes only",
  details: "other details",
} satisfies Record<PinChange["change"], string>;

function versionText({ change, from = "", to = "" }: PinChange, arrow: string): string {
  if (change === "added") return to;
  if (change === "updated" || change === "downgraded") return `${from}${arrow}${to}`;
  return from;
}

function noteText({ change, hashes, details, reason }: PinChange): string {
  const files =
    change === "hashes" && hashes !== undefined
      ? [`same version, ${hashes.added} hashes came and ${hashes.removed} went`]
      : [];
  return [...files, ...details, ...(reason === undefined ? [] : [reason])].join("; ");
}

function countsOf(changes: readonly PinChange[]): Readonly<Record<PinChange["change"], number>> {
  const counts = { added: 0, removed: 0, updated: 0, downgraded: 0, hashes: 0, details: 0 };
  for (const { change } of changes) counts[change] += 1;
  return counts;
}

function closingText({ before, after, changes, unchanged }: LockDiff): string {
  const counts = countsOf(changes);
  const told = (["added", "removed", "updated", "downgraded", "hashes", "details"] as const)
    .filter((change) => counts[change] > 0)
    .map((change) => `${counts[change]} ${changeNames[change]}`);
  const what = told.length === 0 ? "nothing differs" : told.join(", ");
  return safeText(`${before} to ${after}: ${what}, ${counted(unchanged, "package")} unchanged`);
}
