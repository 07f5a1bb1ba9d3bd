import { safeText } from "../util/terminal-text.ts";
import type { ResultOptions } from "./results.ts";
import { bytesText, counted, durationText, listed } from "./wording.ts";

/** What `thoth refresh` came to, one entry a package and index. */
export interface RefreshReport {
  readonly dryRun: boolean;
  readonly packages: number;
  readonly fresh: number;
  readonly asked: number;
  readonly firstSeen: number;
  readonly changes: readonly {
    readonly name: string;
    readonly index: string;
    readonly packageVanished: boolean;
    readonly released: readonly string[];
    readonly vanished: readonly string[];
    readonly files: readonly {
      readonly version: string;
      readonly gone: readonly unknown[];
      readonly come: readonly unknown[];
    }[];
  }[];
  readonly failed: readonly {
    readonly name: string;
    readonly index: string;
    readonly reason: string;
  }[];
  readonly down: readonly {
    readonly index: string;
    readonly reason: string;
    readonly left: number;
  }[];
  /** Messages by type. */
  readonly queued: Readonly<Record<string, number>>;
  readonly beyond: number;
  readonly bytes: number;
  readonly durationMs: number;
}

const mostVersions = 5;

/** `thoth refresh`. */
export function renderRefresh(report: RefreshReport, options: ResultOptions): string {
  const lines = [
    ...report.changes.map((change) => `${safeText(change.name)}: ${changeText(change)}`),
    ...problems(report).map((text) => options.color.error(text)),
    summary(report),
    ...queuedLines(report),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function changeText(change: RefreshReport["changes"][number]): string {
  if (change.packageVanished) return "has vanished from its index";
  const versions = (all: readonly string[]) => safeText(listed(all, mostVersions));
  const replaced = change.files.filter(({ gone }) => gone.length > 0);
  const added = change.files.filter(({ gone }) => gone.length === 0);
  return [
    ...(change.released.length > 0 ? [`released ${versions(change.released)}`] : []),
    ...(change.vanished.length > 0 ? [`vanished ${versions(change.vanished)}`] : []),
    ...(replaced.length > 0 ? [`files replaced of ${versions(versionsOf(replaced))}`] : []),
    ...(added.length > 0 ? [`files added to ${versions(versionsOf(added))}`] : []),
  ].join("; ");
}

function versionsOf(files: readonly { readonly version: string }[]): readonly string[] {
  return files.map(({ version }) => version);
}

/** An index that is down speaks for all its pages. */
function problems({ failed, down }: RefreshReport): readonly string[] {
  const indexes = new Set(down.map(({ index }) => index));
  return [
    ...failed.flatMap(({ name, index, reason }) =>
      indexes.has(index) ? [] : [`not refreshed: ${safeText(name)}: ${safeText(reason)}`],
    ),
    ...down.map(({ index, reason, left }) => {
      const rest = left === 0 ? "" : `; ${counted(left, "package")} not asked for`;
      return `down: ${safeText(index)}: ${safeText(reason)}${rest}`;
    }),
  ];
}

function summary(report: RefreshReport): string {
  const { dryRun, packages, fresh, asked, failed, firstSeen, changes } = report;
  if (packages === 0) return "Nothing to refresh: no package is known";
  const are = fresh === 1 ? "is" : "are";
  if (asked === 0) return `Nothing to ask for: ${counted(fresh, "package")} ${are} fresh`;
  const skipped = fresh > 0 ? `; ${fresh} ${are} fresh` : "";
  if (dryRun) return `Would ask for ${counted(asked, "package")}${skipped}`;
  const parts = [
    `Asked for ${counted(asked, "package")}`,
    ...(changes.length > 0 ? [`${changes.length} changed`] : []),
    ...(firstSeen > 0 ? [`${firstSeen} seen for the first time`] : []),
    `${asked - failed.length - firstSeen - changes.length} as before`,
    ...(failed.length > 0 ? [`${failed.length} not answered`] : []),
  ];
  const cost = `${bytesText(report.bytes)} in ${durationText(report.durationMs)}`;
  return `${parts.join(", ")}${skipped} (${cost})`;
}

function queuedLines({ queued, beyond, dryRun }: RefreshReport): readonly string[] {
  const types = Object.entries(queued);
  if (types.length === 0) return [];
  const total = types.reduce((sum, [, count]) => sum + count, 0);
  const what = types.map(([type, count]) => `${count} ${type}`).join(", ");
  return [
    `${dryRun ? "Would queue" : "Queued"} ${counted(total, "message")}: ${what}`,
    ...(beyond > 0 ? [`${counted(beyond, "more release")} wait for the next time (--max)`] : []),
    ...(dryRun ? [] : ["`thoth investigate` handles them"]),
  ];
}
