import type { Forced, RejectedRelease, StackChange, WhyNotVerdict } from "../model/why.ts";
import { verdictText } from "../model/why-text.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { Palette } from "./palette.ts";
import { counted, lines, listed } from "./wording.ts";

/** What `thoth why-not` found out about one package. */
export interface WhyNotAnswer {
  readonly name: string;
  /** Version that is locked; undefined: none of an index is. */
  readonly locked: string | undefined;
  readonly isLocked: boolean;
  /** Whether its releases are known. */
  readonly isKnown: boolean;
  /** One release was asked for. */
  readonly one: boolean;
  /** The newest first. */
  readonly rejected: readonly RejectedRelease[];
}

interface WhyNotOptions {
  readonly columns: number | undefined;
  readonly verbosity: "quiet" | "normal" | "verbose";
  readonly color: Palette;
}

const mostChanges = 6;
const storyLines = 3;

/** `thoth why-not`: neighbours that one thing keeps out are told together, unless `-v` is set. */
export function renderWhyNot(answer: WhyNotAnswer, options: WhyNotOptions): string {
  const { name, rejected, isKnown, one } = answer;
  const { color, verbosity } = options;
  const safe = safeText(name);
  if (!isKnown)
    return lines([
      `what releases ${safe} has is not known here (\`thoth solve ${safe}\` learns it)`,
    ]);
  const state = lockedText(answer);
  if (rejected.length === 0)
    return lines([color.strong(`${state}; the index lists nothing newer`)]);
  const groups = verbosity === "verbose" ? rejected.map((single) => [single]) : grouped(rejected);
  const body = groups.flatMap((group) => groupLines(group, one || verbosity === "verbose"));
  const unknown = rejected.find(({ verdict }) => verdict.rule === "unknown");
  if (unknown !== undefined)
    body.push(`\`thoth solve ${safe}==${safeText(unknown.version)}\` learns what a release needs`);
  const closing = one ? state : `${state}; ${counted(rejected.length, "release")} newer than that`;
  return lines([...(verbosity === "quiet" ? [] : body), color.strong(closing)]);
}

/** `thoth why-not --json`. */
export function whyNotJson({ name, locked, isLocked, isKnown, rejected }: WhyNotAnswer): string {
  return jsonDocument({
    schema: "thoth.why-not",
    version: "1.0",
    name,
    locked: locked ?? null,
    isLocked,
    releasesKnown: isKnown,
    rejected: rejected.map(({ version, verdict }) => ({
      version,
      ...verdict,
      reason: verdictText(version, verdict),
    })),
  });
}

function lockedText({ name, locked, isLocked }: WhyNotAnswer): string {
  const safe = safeText(name);
  if (locked !== undefined) return `${safe} ${safeText(locked)} is locked`;
  return isLocked ? `${safe} is locked to a direct source` : `${safe} is not in the lock`;
}

/** Neighbours with the same verdict, save for the version itself. */
function grouped(rejected: readonly RejectedRelease[]): readonly (readonly RejectedRelease[])[] {
  const groups: RejectedRelease[][] = [];
  let before = "";
  for (const one of rejected) {
    const key = commonText(one);
    const last = groups.at(-1);
    if (last !== undefined && key === before) last.push(one);
    else groups.push([one]);
    before = key;
  }
  return groups;
}

/** What the verdict says, without the version that it is about: gaps name that, too. */
function commonText({ version, verdict }: RejectedRelease): string {
  const text = verdictText("", verdict);
  return verdict.rule === "unknown" ? text.replaceAll(`==${version} `, " ") : text;
}

function groupLines(group: readonly RejectedRelease[], detailed: boolean): readonly string[] {
  const [newest] = group;
  const oldest = group.at(-1);
  if (newest === undefined || oldest === undefined) return [];
  const { version, verdict } = newest;
  const details = detailLines(verdict, detailed).map((line) => `  ${line}`);
  if (group.length === 1) return [safeText(verdictText(version, verdict)), ...details];
  const span = `${safeText(oldest.version)} to ${safeText(version)} (${group.length} releases):`;
  return [`${span} ${safeText(commonText(newest).replace(/^[: ]+/, ""))}`, ...details];
}

function detailLines(verdict: WhyNotVerdict, detailed: boolean): readonly string[] {
  switch (verdict.rule) {
    case "conflict":
      return verdict.story.slice(0, storyLines).map(safeText);
    case "constraint":
    case "demand":
    case "kept":
    case "least-against": {
      if ("forced" in verdict) return forcedLines(verdict.forced, "to have it");
      return detailed && "opened" in verdict && verdict.opened !== undefined
        ? forcedLines(verdict.opened, "if that line allowed it")
        : [];
    }
    default:
      return [];
  }
}

function forcedLines(forced: Forced, when: string): readonly string[] {
  if (forced.outcome === "unknown")
    return [
      `${when}: not known, ${counted(forced.gaps.length, "fact")} missing: ${safeText(forced.gaps[0] ?? "")}`,
    ];
  if (forced.outcome === "conflict")
    return [
      `${when}: still no stack: ${safeText(forced.headline)}`,
      ...forced.story.slice(0, storyLines).map(safeText),
    ];
  const moves = forced.changes.map(changeText);
  const worse = forced.worse.map(
    ({ name, advisories }) =>
      `${safeText(name)} would be affected by ${listed(advisories.map(safeText), 3)}`,
  );
  const moved = moves.length === 0 ? "nothing else has to move" : listed(moves, mostChanges);
  return [`${when}: ${moved}`, ...worse];
}

function changeText({ name, from, to, downgrade }: StackChange): string {
  const safe = safeText(name);
  if (from === undefined) return `${safe} ${safeText(to ?? "")} is added`;
  if (to === undefined) return `${safe} ${safeText(from)} leaves`;
  return `${safe} ${safeText(from)} -> ${safeText(to)}${downgrade ? " (older)" : ""}`;
}
