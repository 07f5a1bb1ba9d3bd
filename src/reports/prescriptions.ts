import type { PrescribedMatch, PrescribedUnit, ReleaseMatch } from "../model/prescription.ts";
import type { Problem } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import type { Palette } from "./palette.ts";
import { clip, table, usableColumns } from "./table.ts";
import { counted, lines, listed } from "./wording.ts";

/** What is said of a folder of prescriptions. */
export interface PrescribedFolder {
  readonly folder: string;
  readonly sets: readonly { readonly name: string; readonly release: string }[];
  readonly files: number;
  readonly units: Readonly<Record<string, number | undefined>>;
  readonly faults: readonly Problem[];
}

const mostNames = 20;

/** `thoth prescriptions validate`: every fault at its place, then what the folders hold. */
export function renderValidation(folders: readonly PrescribedFolder[], color: Palette): string {
  const faults = folders.reduce((sum, folder) => sum + folder.faults.length, 0);
  return lines([
    ...folders.flatMap((folder) => folder.faults.flatMap((fault) => faultLines(fault, color))),
    ...folders.map(folderLine),
    ...(faults === 0
      ? []
      : [color.error(`${counted(faults, "fault")}: these units count for nothing`)]),
  ]);
}

function faultLines({ message, place, hint }: Problem, color: Palette): readonly string[] {
  const at = place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;
  const told = `${color.strong(safeText(at))}${safeText(message)}`;
  return hint === undefined ? [told] : [told, `  hint: ${safeText(hint)}`];
}

function folderLine({ folder, sets, files, units }: PrescribedFolder): string {
  const kinds = Object.entries(units).map(([kind, count = 0]) => `${count} ${kind}`);
  const sum = Object.values(units).reduce<number>((all, count = 0) => all + count, 0);
  const names = sets.map(({ name, release }) => `${name} ${release}`).join(", ");
  const what = `${counted(files, "file")}, ${counted(sum, "unit")}`;
  return safeText(
    `${folder}: ${names === "" ? "no metadata" : names}; ${what}${sum === 0 ? "" : ` (${kinds.join(", ")})`}`,
  );
}

/** `thoth prescriptions list`: what the folders hold, and the packages that they are about. */
export function renderPrescriptionFolders(
  folders: readonly (PrescribedFolder & { readonly packages: readonly string[] })[],
): string {
  return lines(
    folders.flatMap((folder) => [
      folderLine(folder),
      ...(folder.packages.length === 0
        ? []
        : [
            safeText(
              `about ${counted(folder.packages.length, "package")}: ${listed(folder.packages, mostNames)}`,
            ),
            "`thoth prescriptions list --package NAME` shows their units",
          ]),
      ...(folder.faults.length === 0
        ? []
        : [`${counted(folder.faults.length, "fault")}: see \`thoth prescriptions validate\``]),
    ]),
  );
}

/** `thoth prescriptions list --package NAME`: a unit a line. */
export function renderPrescribedUnits(
  name: string,
  units: readonly PrescribedUnit[],
  columns: number | undefined,
): string {
  if (units.length === 0) return `Nothing is prescribed for ${safeText(name)}\n`;
  const rows = units.map((unit) => [
    safeText(unit.name),
    unit.kind,
    safeText(unit.match.map(matchText).join(" or ")),
    safeText(unit.where),
  ]);
  const told = units.flatMap((unit) => saying(unit));
  return lines([
    ...table(rows, { columns: usableColumns(columns) }),
    ...told.map((line) => clip(line, usableColumns(columns))),
    counted(units.length, "unit"),
  ]);
}

function saying({ name, run }: PrescribedUnit): readonly string[] {
  const [first] = [...run.stackInfo, ...run.justification];
  const text = run.notAcceptable ?? run.eagerStop ?? first?.message ?? run.log?.message;
  return text === undefined ? [] : [safeText(`${name}: ${text}`)];
}

function matchText({ release, resolved, from }: PrescribedMatch): string {
  const others = resolved.map(releaseText).join(" with ");
  const one = release === undefined ? others : releaseText(release);
  const beside = release === undefined || others === "" ? "" : ` with ${others}`;
  return `${one}${beside}${from.length === 0 ? "" : ` from ${from.map(releaseText).join(" and ")}`}`;
}

function releaseText({ name, version = "" }: ReleaseMatch): string {
  return `${name ?? "any package"} ${version}`.trimEnd();
}
