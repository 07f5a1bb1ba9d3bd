import { safeText } from "../util/terminal-text.ts";
import type { Palette } from "./palette.ts";
import { bytesText, counted, lines, listed } from "./wording.ts";

/** A state of a store that an archive speaks of. */
interface Origin {
  readonly store: string;
  readonly revision: number;
}

/** What `thoth knowledge export` wrote. */
export interface ExportFigures {
  readonly files: number;
  readonly packages: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly local: number;
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  readonly since: readonly Origin[];
}

/** What `thoth knowledge import` found and did; without `merged` it was only verified. */
export interface ImportFigures {
  readonly origin: Origin;
  readonly since: readonly Origin[];
  readonly packages: number;
  readonly releases: number;
  readonly facts: number;
  readonly merged?: {
    readonly packages: number;
    readonly releases: number;
    readonly added: number;
    readonly renewed: number;
    readonly known: number;
    readonly outdated: number;
  };
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

/** `thoth knowledge export`. */
export function renderExport(figures: ExportFigures, output: string, color: Palette): string {
  const { files, packages, bytes, unchanged, local, leftOut, since } = figures;
  const what = `${counted(packages, "package")} in ${counted(files, "file")}`;
  return lines([
    `Wrote ${what} to ${safeText(output)}, ${bytesText(bytes)}`,
    ...(since.length === 0
      ? []
      : [`${counted(unchanged, "file")} are as in ${originsText(since)}: import that first`]),
    ...(local === 0
      ? []
      : [`Left out: ${counted(local, "source")} in folders or files of this machine`]),
    ...leftOut.map(({ file, reason }) =>
      color.error(`left out: ${safeText(file)}: ${safeText(reason)}`),
    ),
  ]);
}

/** `thoth knowledge import`. */
export function renderImport(figures: ImportFigures, archive: string, color: Palette): string {
  const { origin, since, packages, releases, facts, merged, damaged } = figures;
  const content = `${counted(packages, "package")}, ${counted(releases, "release")} and ${counted(facts, "fact")}`;
  const from = `${safeText(archive)}, ${originsText([origin])}`;
  return lines([
    ...damaged.map(({ file, reason }) =>
      color.warning(`set aside in the store: ${safeText(file)}: ${safeText(reason)}`),
    ),
    merged === undefined
      ? `Whole: ${content} in ${from}; nothing was imported`
      : `Read ${content} from ${from}`,
    ...(merged === undefined ? [] : mergedLines(merged)),
    ...(since.length === 0
      ? []
      : [`It holds what changed since ${originsText(since)}: the rest is in that archive`]),
  ]);
}

/** What `thoth knowledge copy` did. */
export interface CopyFigures {
  readonly packages: number;
  readonly sources: number;
  readonly merged: NonNullable<ImportFigures["merged"]>;
  readonly local: number;
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  readonly whole: boolean;
}

/** `thoth knowledge copy`. */
export function renderCopy(figures: CopyFigures, to: string, color: Palette): string {
  const { packages, sources, merged, local, leftOut, whole } = figures;
  const what = [
    counted(packages, "package"),
    ...(sources > 0 ? [counted(sources, "direct source")] : []),
  ];
  return lines([
    `Copied ${listed(what)} to ${safeText(to)}`,
    ...mergedLines(merged),
    ...(local === 0
      ? []
      : [`Left out: ${counted(local, "source")} in folders or files of one machine`]),
    ...leftOut.map(({ file, reason }) =>
      color.error(`left out: ${safeText(file)}: ${safeText(reason)}`),
    ),
    whole
      ? "Read again: it has all of it"
      : color.warning("Read again: something is missing, or was learnt meanwhile; copy once more"),
  ]);
}

function mergedLines(merged: NonNullable<ImportFigures["merged"]>): readonly string[] {
  const { packages, releases, added, renewed, known, outdated } = merged;
  const news = [
    ...(packages > 0 ? [counted(packages, "package")] : []),
    ...(releases > 0 ? [counted(releases, "release")] : []),
    ...(added > 0 ? [counted(added, "fact")] : []),
  ];
  const rest = [
    ...(renewed > 0 ? [`${renewed} in place of an older one`] : []),
    ...(known > 0 ? [`${known} known before`] : []),
    ...(outdated > 0 ? [`${outdated} about files that are gone`] : []),
  ];
  return [
    news.length === 0 ? "Nothing of it is new" : `New: ${listed(news)}`,
    ...(rest.length === 0 ? [] : [`Other facts: ${listed(rest)}`]),
  ];
}

function originsText(origins: readonly Origin[]): string {
  return listed(
    origins.map(({ store, revision }) =>
      store === "" ? "an empty store" : `revision ${revision} of ${safeText(store)}`,
    ),
  );
}
