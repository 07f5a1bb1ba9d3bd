import type { AdvisoryDatabase, AdvisoryMatch } from "../model/advisory.ts";
import { safeText } from "../util/terminal-text.ts";
import { newestDay, staleText } from "./advisories-age.ts";
import type { Palette } from "./palette.ts";
import { clip, table, usableColumns } from "./table.ts";
import { ageText, counted, lines, listed } from "./wording.ts";

/** A record that could not be read. */
interface Damaged {
  readonly name: string;
  readonly reason: string;
}

const mostDamaged = 10;
const mostNames = 8;

/** `thoth advisories update`. */
export function renderAdvisoryUpdate(
  update: {
    readonly database: AdvisoryDatabase;
    readonly changed: boolean;
    readonly damaged: readonly Damaged[];
    readonly told: readonly { readonly name: string; readonly version: string }[];
  },
  color: Palette,
): string {
  const { database, changed, damaged, told } = update;
  const what = `${contentText(database)}, from ${safeText(database.source)}`;
  const releases = told.map(({ name, version }) => safeText(`${name} ${version}`));
  return lines([
    ...damagedLines(damaged, color),
    changed ? `Imported ${what}` : `Up to date: ${what}`,
    ...(told.length === 0
      ? []
      : [
          `News of what watched projects are locked to: ${listed(releases, mostNames)}`,
          "`thoth investigate` advises them anew",
        ]),
  ]);
}

/** A release with what applies to it. */
interface MatchedRelease {
  readonly name: string;
  readonly version: string;
  /** null: nobody knows. */
  readonly advisories: readonly AdvisoryMatch[] | null;
}

/** `thoth advisories match`: an advisory a line below its release, and a closing sentence. */
export function renderAdvisoryMatches(
  releases: readonly MatchedRelease[],
  options: {
    readonly columns: number | undefined;
    readonly color: Palette;
    readonly quiet: boolean;
  },
): string {
  const { color, quiet } = options;
  const columns = usableColumns(options.columns) - 2;
  const told = quiet ? [] : releases.flatMap((release) => matchedLines(release, columns, color));
  const count = (is: (release: MatchedRelease) => boolean) => releases.filter(is).length;
  const affected = count(({ advisories }) => advisories !== null && advisories.length > 0);
  const unknown = count(({ advisories }) => advisories === null);
  const among = counted(releases.length, "release");
  return lines([
    ...told,
    ...(unknown === 0 ? [] : [`Unknown: ${unknown} of ${among}`]),
    ...(affected === 0 ? [] : [`Advisories apply to ${affected} of ${among}`]),
    ...(affected + unknown === 0 ? [`Nothing is known against ${among}`] : []),
  ]);
}

function matchedLines(
  { name, version, advisories }: MatchedRelease,
  columns: number,
  color: Palette,
): readonly string[] {
  const release = color.strong(safeText(`${name} ${version}`));
  if (advisories === null)
    return [`${release}: unknown, since this is no version of PEP 440 and no advisory lists it`];
  if (advisories.length === 0) return [`${release}: nothing is known against it`];
  const heading = `${release}: ${counted(advisories.length, "advisory", "advisories")}`;
  const rows = table(advisories.map(rowOf), { columns: Number.POSITIVE_INFINITY });
  const summaryAt = Math.max(...rows.map((row) => row.length)) + gap;
  const told = advisories.flatMap((advisory, at) => {
    const row = coloured(rows[at] ?? "", advisory, color);
    const summary = safeText(advisory.summary);
    const room = columns - summaryAt;
    if (summary === "") return [row];
    if (room < narrowest) return [row, `  ${clip(summary, columns - 2)}`];
    const padding = " ".repeat(summaryAt - (rows[at] ?? "").length);
    return [`${row}${padding}${clip(summary, room)}`];
  });
  return [heading, ...told.map((line) => `  ${line}`)];
}

const gap = 2;
const narrowest = 20;

/** All but the summary: a part of an id or a version would be of no use. */
function rowOf(advisory: AdvisoryMatch): readonly string[] {
  const { id, aliases, fixed } = advisory;
  return [
    safeText(id),
    severityText(advisory),
    fixed.length === 0 ? "no fix named" : `fixed in ${safeText(fixed.join(", "))}`,
    safeText(aliases.join(", ")),
  ];
}

/** `HIGH 7.5`, or `malware`. */
function severityText({ kind, severity: { rank, score } }: AdvisoryMatch): string {
  if (kind === "malware") return "malware";
  if (rank === "UNKNOWN") return "severity unknown";
  return score === undefined ? rank : `${rank} ${score.toFixed(1)}`;
}

function coloured(row: string, advisory: AdvisoryMatch | undefined, color: Palette): string {
  if (advisory?.kind === "malware" || advisory?.severity.rank === "CRITICAL")
    return color.error(row);
  return advisory?.severity.rank === "HIGH" ? color.warning(row) : row;
}

/** `thoth advisories status`. `now` is ms since the epoch. */
export function renderAdvisoryStatus(
  database: AdvisoryDatabase,
  damaged: readonly Damaged[],
  options: { readonly color: Palette; readonly now: number },
): string {
  const age = ageText(Math.max(0, options.now - Date.parse(database.importedAt)));
  return lines([
    `${contentText(database)}, imported ${age} ago from ${safeText(database.source)}`,
    ...damagedLines(damaged, options.color),
  ]);
}

/** What whoever trusts a database should know of it, a line each. */
export function advisoryWarnings(database: AdvisoryDatabase, now: number, color: Palette): string {
  const { quarantined } = database;
  const told = [
    ...[staleText(database, now)].filter((text) => text !== undefined),
    ...(quarantined === 0
      ? []
      : [
          `${counted(quarantined, "record")} could not be read, so that more may apply; \`thoth advisories status\` names them`,
        ]),
  ];
  return told.map((text) => `${color.warning(`warning: ${text}`)}\n`).join("");
}

function contentText(database: AdvisoryDatabase): string {
  const { records, packages } = database;
  const what = `${counted(records, "advisory", "advisories")} of ${counted(packages, "package")}`;
  return `${what}${newestText(database)}`;
}

function newestText({ newest }: AdvisoryDatabase): string {
  return newest === "" ? "" : `, the newest of ${newestDay(newest)}`;
}

function damagedLines(damaged: readonly Damaged[], color: Palette): readonly string[] {
  const shown = damaged
    .slice(0, mostDamaged)
    .map(({ name, reason }) => color.warning(safeText(`set aside: ${name}: ${reason}`)));
  const others = damaged.length - shown.length;
  return others <= 0 ? shown : [...shown, `and ${others} more (\`--json\` has them all)`];
}
