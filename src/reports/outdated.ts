import type {
  OutdatedPackage,
  OutdatedProject,
  OutdatedReport,
  VersionSkew,
} from "../model/outdated.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import { markdownText } from "./markdown-text.ts";
import type { Palette } from "./palette.ts";
import { table, usableColumns } from "./table.ts";
import { counted, lines, listed } from "./wording.ts";

export interface OutdatedOptions {
  readonly columns: number | undefined;
  readonly color: Palette;
  /** "quiet": the closing sentences only; "verbose": packages that are the newest, too. */
  readonly verbosity: "quiet" | "normal" | "verbose";
}

const heading = [
  "package",
  "current",
  "wanted",
  "latest",
  "installed",
  "advisories",
  "cool-down until",
  "blocked by",
];
const unknown = "unknown";
const mostAdvisories = 2;
const mostGaps = 10;

/** How projects stand, in text. */
export function renderOutdated(report: OutdatedReport, options: OutdatedOptions): string {
  const { color, verbosity } = options;
  const { projects, skew, asOf } = report;
  const several = projects.length > 1;
  return lines([
    ...(asOf === undefined ? [] : [`as of ${safeText(asOf)}`]),
    ...projects.flatMap((project) => [
      ...(several ? [color.strong(safeText(project.directory))] : []),
      ...(verbosity === "quiet" ? [] : projectLines(project, options)),
      color.strong(closing(project)),
    ]),
    ...(skew.length === 0
      ? []
      : [`${counted(skew.length, "package")} locked at different versions:`]),
    ...skew.map((one) => safeText(`  ${one.name}: ${skewText(one)}`)),
  ]);
}

function projectLines(project: OutdatedProject, options: OutdatedOptions): readonly string[] {
  const { color, verbosity, columns } = options;
  const shown = project.packages.filter((one) => verbosity === "verbose" || isTold(one));
  const rows = shown.map((one) => cells(one, "-").map(safeText));
  const limits = { columns: usableColumns(columns), heading, color };
  const gaps = project.gaps.slice(0, mostGaps).map((gap) => `missing: ${safeText(gap)}`);
  const more = project.gaps.length - gaps.length;
  return [
    ...(rows.length === 0 ? [] : table(rows, limits)),
    ...(project.conflict === undefined ? [] : [color.error(safeText(project.conflict))]),
    ...gaps,
    ...(more > 0 ? [`and ${more} more are missing`] : []),
    ...(project.fromSources.length === 0
      ? []
      : [`not compared, as no index has them: ${safeText(listed(project.fromSources))}`]),
  ];
}

/** How projects stand, in Markdown; nothing of a package's or an index's text is markup. */
export function outdatedMarkdown({ projects, skew, asOf }: OutdatedReport): string {
  const row = (texts: readonly string[]) => `| ${texts.join(" | ")} |`;
  const rule = heading.map(() => "---");
  return lines([
    ...(asOf === undefined ? [] : [`As of ${markdownText(asOf)}.`, ""]),
    ...projects.flatMap((project) => {
      const told = project.packages.filter(isTold);
      return [
        `## ${markdownText(project.directory)}`,
        "",
        ...(told.length === 0
          ? []
          : [
              row(heading),
              row(rule),
              ...told.map((one) => row(cells(one, "").map(markdownText))),
              "",
            ]),
        ...(project.conflict === undefined ? [] : [markdownText(project.conflict), ""]),
        ...project.gaps.map((gap) => `- missing: ${markdownText(gap)}`),
        markdownText(closing(project)),
        "",
      ];
    }),
    ...(skew.length === 0 ? [] : ["## Locked at different versions", ""]),
    ...skew.map((one) => `- ${markdownText(`${one.name}: ${skewText(one)}`)}`),
  ]);
}

/** How projects stand, for programs. */
export function outdatedJson(report: OutdatedReport): string {
  return jsonDocument({ schema: "thoth.outdated", version: "1.1", ...report });
}

/** Neither its lock nor the index has it at another version, and nothing is known against it. */
function isTold(one: OutdatedPackage): boolean {
  const { current, latest, change = "kept", advisories = [] } = one;
  return change !== "kept" || latest !== current || advisories.length > 0;
}

/** A row of the table; `none` stands for what is not there. */
function cells(one: OutdatedPackage, none: string): readonly string[] {
  const { name, current, latest, installed, advisories, coolDownUntil, blockedBy } = one;
  const known = advisories?.length === 0 ? none : listed(advisories ?? [], mostAdvisories);
  return [
    name,
    current ?? none,
    wantedText(one) ?? none,
    latest ?? unknown,
    installed,
    advisories === undefined ? unknown : known,
    coolDownUntil ?? none,
    blockedBy ?? none,
  ];
}

/** Not all that is wanted is newer. */
function wantedText({ wanted, change }: OutdatedPackage): string | undefined {
  if (change === "removed") return "leaves";
  return change === "downgraded" ? `${wanted} (older)` : wanted;
}

function closing({ packages, outcome, gaps }: OutdatedProject): string {
  if (outcome === "unsatisfiable") return "No stack satisfies the Pipfile: nothing is wanted";
  if (outcome === "incomplete") return `Incomplete: ${counted(gaps.length, "fact")} missing`;
  const count = (wanted: OutdatedPackage["change"]) =>
    packages.filter(({ change }) => change === wanted).length;
  const fresh = count("added");
  const locked = packages.length - fresh;
  const older = count("downgraded");
  const gone = count("removed");
  const isBlocked = ({ change, latest, wanted }: OutdatedPackage) =>
    change === "kept" && latest !== wanted;
  const blocked = packages.filter(isBlocked).length;
  const outdated = count("updated");
  const whole = counted(locked, "package");
  if (outdated + older + gone + blocked + fresh === 0) return `All of ${whole} are the newest`;
  return [
    `${outdated} of ${whole} outdated`,
    ...(older === 0 ? [] : [`${older} better off with an older release`]),
    ...(gone === 0 ? [] : [`${gone} needed no more`]),
    ...(blocked === 0 ? [] : [`${blocked} more held below the newest release`]),
    ...(fresh === 0 ? [] : [`${fresh} more would come`]),
  ].join(", ");
}

function skewText({ versions }: VersionSkew): string {
  return versions
    .map(({ version, directories }) => `${version} in ${listed(directories)}`)
    .join("; ");
}
