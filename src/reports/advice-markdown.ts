import type { AdviceReport, ReportedPin } from "../model/advice-report.ts";
import type { TriggerCause } from "../model/message.ts";
import { adviceCounts } from "./advice-counts.ts";
import { advisoriesText } from "./advisories-age.ts";
import { renderConflict } from "./diagnostic.ts";
import { markdownBlock, markdownText } from "./markdown-text.ts";
import { palette } from "./palette.ts";
import { policyMarkdown } from "./policy.ts";
import { ageText, counted, listed } from "./wording.ts";

export interface AdviceMarkdownOptions {
  /** What called for this advice; empty where a person did. */
  readonly causes: readonly TriggerCause[];
  /** The Pipfile, for showing the lines of a conflict. */
  readonly pipfile: string;
  /** Characters; what GitHub takes for the body of a pull request if not given. */
  readonly limit?: number;
}

const githubLimit = 65_536;
const roomForNotice = 200;
const mostRequirers = 3;
const mostGaps = 50;

/** One advice as the body of a pull request. Nothing of a package's or an index's text is markup. */
export function adviceMarkdown(report: AdviceReport, options: AdviceMarkdownOptions): string {
  const { causes, pipfile, limit = githubLimit } = options;
  const sections = [
    [`# ${titleText(report, causes)}`],
    causes.map((cause) => causeLine(cause, report)),
    report.conflict === undefined ? [] : conflictLines(report.conflict, pipfile),
    changeLines(report, causes),
    movedLines(report),
    gapLines(report),
    policyMarkdown(report.policy),
    verifiedLines(report),
    warningLines(report),
    [knowledgeLine(report)],
    advisoryLines(report),
  ];
  return withinLimit(sections, limit);
}

function titleText(report: AdviceReport, causes: readonly TriggerCause[]): string {
  if (report.conflict !== undefined) return `No lock: ${markdownText(report.conflict.message)}`;
  if (report.outcome === "incomplete") {
    return `No lock yet: ${counted(report.gaps.length, "fact")} missing`;
  }
  const lock = markdownText(report.project.lock);
  if (report.lock === "unchanged") return `${lock} stays as it is: nothing newer fits`;
  const [first, ...more] = changed(report, causes);
  if (first === undefined) return `Update ${lock}: the releases stay, hashes or markers change`;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return `Update ${lock}: ${changeText(first)}${others}`;
}

function changeText(pin: ReportedPin): string {
  const name = markdownText(pin.name);
  const { previous, version, change } = pin;
  if (change === "removed") return `${name} removed`;
  const from = previous === undefined ? "" : `${markdownText(previous)} → `;
  return `${name} ${from}${markdownText(version)}`;
}

/** Pins that are not as they were: what was the cause first, then what the Pipfile names. */
function changed(report: AdviceReport, causes: readonly TriggerCause[]): readonly ReportedPin[] {
  const rank = (pin: ReportedPin) =>
    causes.some(({ package_name }) => package_name === pin.name) ? 0 : pin.direct ? 1 : 2;
  return report.pins
    .filter(({ change }) => change !== "kept")
    .sort((left, right) => rank(left) - rank(right));
}

const kinds = {
  advisory: "Advisory",
  "hash-mismatch": "Changed files",
  "missing-package": "Missing package",
  "missing-version": "Missing version",
  "new-release": "New release",
} satisfies Record<TriggerCause["type"], string>;

function causeLine(cause: TriggerCause, report: AdviceReport): string {
  const end = consequence(cause, report);
  return `- **${kinds[cause.type]}**: ${eventText(cause)}${end === "" ? "" : `; ${end}`}`;
}

function eventText({ type, package_name, package_version }: TriggerCause): string {
  const version = package_version === null ? "" : ` ${markdownText(package_version)}`;
  const release = `${markdownText(package_name)}${version}`;
  switch (type) {
    case "advisory":
      return `an advisory applies to ${release}`;
    case "hash-mismatch":
      return `the index no longer has all files of ${release} that it had`;
    case "missing-package":
    case "missing-version":
      return `${release} is gone from its index`;
    case "new-release":
      return `${release} is new on its index`;
  }
}

/** What the new lock does about the package of a cause. */
function consequence(cause: TriggerCause, report: AdviceReport): string {
  if (report.outcome !== "locked") return "";
  const pin = report.pins.find(({ name }) => name === cause.package_name);
  if (pin === undefined) return "the lock does not hold it";
  const version = markdownText(pin.version);
  switch (pin.change) {
    case "removed":
      return "it leaves the lock";
    case "added":
      return `the lock gets ${version}`;
    case "updated":
      return `the lock moves from ${markdownText(pin.previous ?? "another release")} to ${version}`;
    case "kept": {
      const stays = `the lock stays at ${version}`;
      const why = pin.whyNotNewest === undefined ? "" : ` (${markdownText(pin.whyNotNewest)})`;
      return cause.type === "advisory" && cause.package_version === pin.version
        ? `**${stays}: nothing newer fits**${why}`
        : `${stays}${why}`;
    }
  }
}

function conflictLines(
  conflict: NonNullable<AdviceReport["conflict"]>,
  pipfile: string,
): readonly string[] {
  const text = renderConflict(conflict, {
    color: palette(false),
    file: "Pipfile",
    sourceText: () => pipfile,
  });
  return [markdownBlock(text.split("\n"))];
}

function changeLines(report: AdviceReport, causes: readonly TriggerCause[]): readonly string[] {
  if (report.outcome === "unsatisfiable") return [];
  const rows = changed(report, causes).map(
    (pin) => `| ${markdownText(pin.name)} | ${oldText(pin)} | ${newText(pin)} | ${whyText(pin)} |`,
  );
  const { kept } = adviceCounts(report);
  const stay = kept === 1 ? "1 package stays as it was" : `${kept} packages stay as they were`;
  if (rows.length === 0) return [stay];
  return ["| package | old | new | why |", "|---|---|---|---|", ...rows, "", stay];
}

/** Why old pins did not stay that could have. */
function movedLines({ justifications }: AdviceReport): readonly string[] {
  const moved = justifications.filter(({ type }) => type === "INFO");
  return moved.map(({ message }) => `- ${markdownText(message)}`);
}

function oldText(pin: ReportedPin): string {
  if (pin.change === "added") return "";
  return markdownText(pin.change === "removed" ? pin.version : (pin.previous ?? ""));
}

function newText(pin: ReportedPin): string {
  return pin.change === "removed" ? "" : markdownText(pin.version);
}

function whyText(pin: ReportedPin): string {
  if (pin.change === "removed") return "nothing in the new stack needs it";
  const { newest, version, whyNotNewest = "the reason was not recorded", requiredBy } = pin;
  const rank =
    newest === undefined || newest === version
      ? []
      : [`not ${markdownText(newest)}: ${markdownText(whyNotNewest)}`];
  const by =
    requiredBy.length === 0
      ? []
      : [`needed by ${listed(requiredBy.map(markdownText), mostRequirers)}`];
  const newestText = newest === version ? ["the newest"] : [];
  return [...newestText, ...rank, ...by, verifiedText(pin)].join("; ");
}

function verifiedText({ verified }: ReportedPin): string {
  if (verified.state === "ok") return "installed and imported";
  const state = verified.state === "failed" ? "**failed**" : "**not verified**";
  return `${state}: ${markdownText(verified.reason)}`;
}

function gapLines({ gaps }: AdviceReport): readonly string[] {
  if (gaps.length === 0) return [];
  const shown = gaps.slice(0, mostGaps).map((gap) => `- ${markdownText(gap)}`);
  const hidden = gaps.length - shown.length;
  return ["## Missing", "", ...shown, ...(hidden > 0 ? [`- and ${hidden} more`] : [])];
}

function verifiedLines(report: AdviceReport): readonly string[] {
  const { pins, verified } = adviceCounts(report);
  if (pins === 0) return [];
  const { ok, failed, unknown } = verified;
  const parts = [
    `Installed and imported: ${ok} of ${pins}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  return [parts.join(", ")];
}

function warningLines({ warnings }: AdviceReport): readonly string[] {
  if (warnings.length === 0) return [];
  const told = warnings.map(({ message, hint }) =>
    hint === undefined
      ? `- ${markdownText(message)}`
      : `- ${markdownText(message)}; ${markdownText(hint)}`,
  );
  return ["## Warnings", "", ...told];
}

function knowledgeLine({ knowledge, runtime }: AdviceReport): string {
  const { revision, oldestMs, offline, asOf } = knowledge;
  const parts = [
    `For ${markdownText(runtime.id)} (Python ${markdownText(runtime.python)})`,
    `knowledge revision ${markdownText(revision)}`,
    ...(asOf === undefined ? [] : [`as of ${markdownText(asOf)}`]),
    ...(oldestMs === undefined ? [] : [`its oldest part confirmed ${ageText(oldestMs)} before`]),
    ...(offline ? ["offline, nothing was asked for"] : []),
  ];
  return parts.join(", ");
}

function advisoryLines(report: AdviceReport): readonly string[] {
  const text = advisoriesText(report);
  return text === undefined ? [] : [`Advisories: ${markdownText(text)}`];
}

/** Sections with a blank line between; whole lines are left out at the end where it is too long. */
function withinLimit(sections: readonly (readonly string[])[], limit: number): string {
  const lines = sections.filter(({ length }) => length > 0).flatMap((one) => [...one, ""]);
  const whole = lines.slice(0, -1).join("\n");
  if (whole.length < limit) return `${whole}\n`;
  const kept: string[] = [];
  let room = limit - roomForNotice;
  for (const line of lines) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  const cut = lines.length - kept.length;
  return `${[...kept, "", `**Cut here: ${counted(cut, "line")} more; advice.json has all of it**`].join("\n")}\n`;
}
