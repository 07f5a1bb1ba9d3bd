import type { AdvisoryDatabase, AdvisoryMatch } from "../model/advisory.ts";
import { safeText } from "../util/terminal-text.ts";
import type { Palette } from "./palette.ts";
import { table, usableColumns } from "./table.ts";
import { ageText, counted, lines, listed } from "./wording.ts";

/** A record that could not be read. */
interface Damaged {
  readonly name: string;
  readonly reason: string;
}

const mostDamaged = 10;
const mostNames = 8;
const dayMs = 86_400_000;
const staleAfterDays = 7;

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
  readonly advisories: readonly AdvisoryMatch[];
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
  const affected = releases.filter(({ advisories }) => advisories.length > 0);
  const told = (quiet ? [] : releases).flatMap(({ name, version, advisories }) => {
    const release = safeText(`${name} ${version}`);
    if (advisories.length === 0) return [`${color.strong(release)}: nothing is known against it`];
    const heading = `${color.strong(release)}: ${counted(advisories.length, "advisory", "advisories")}`;
    const rows = table(advisories.map(rowOf), { columns });
    return [heading, ...rows.map((row, at) => `  ${coloured(row, advisories[at], color)}`)];
  });
  const among = counted(releases.length, "release");
  return lines([
    ...told,
    affected.length === 0
      ? `Nothing is known against ${among}`
      : `Advisories apply to ${affected.length} of ${among}`,
  ]);
}

function rowOf(advisory: AdvisoryMatch): readonly string[] {
  const { id, aliases, fixed, summary } = advisory;
  return [
    safeText(id),
    severityText(advisory),
    fixed.length === 0 ? "no fix named" : `fixed in ${safeText(fixed.join(", "))}`,
    safeText(aliases.join(", ")),
    safeText(summary),
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

/** Whether a database was not renewed for so long that it is no evidence of safety. */
export function isStale({ importedAt }: AdvisoryDatabase, now: number): boolean {
  return now - Date.parse(importedAt) > staleAfterDays * dayMs;
}

/** What whoever trusts a database should know of it. */
export function advisoryWarnings(database: AdvisoryDatabase, now: number): readonly string[] {
  const age = ageText(Math.max(0, now - Date.parse(database.importedAt)));
  const { quarantined } = database;
  return [
    ...(isStale(database, now)
      ? [
          `the advisories were imported ${age} ago${newestText(database)}; \`thoth advisories update\` renews them`,
        ]
      : []),
    ...(quarantined === 0
      ? []
      : [
          `${counted(quarantined, "record")} could not be read, so that more may apply; \`thoth advisories status\` names them`,
        ]),
  ];
}

function contentText(database: AdvisoryDatabase): string {
  const { records, packages } = database;
  const what = `${counted(records, "advisory", "advisories")} of ${counted(packages, "package")}`;
  return `${what}${newestText(database)}`;
}

function newestText({ newest }: AdvisoryDatabase): string {
  return newest === "" ? "" : `, the newest of ${safeText(newest.slice(0, 10))}`;
}

function damagedLines(damaged: readonly Damaged[], color: Palette): readonly string[] {
  const shown = damaged
    .slice(0, mostDamaged)
    .map(({ name, reason }) => color.warning(safeText(`set aside: ${name}: ${reason}`)));
  const others = damaged.length - shown.length;
  return others <= 0 ? shown : [...shown, `and ${others} more (\`--json\` has them all)`];
}
