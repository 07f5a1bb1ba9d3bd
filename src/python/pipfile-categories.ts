import { type PackageName, packageName } from "./name.ts";
import { type PipfileEntry, readEntry } from "./pipfile-entries.ts";
import { didYouMean, type PipfileReading } from "./pipfile-reading.ts";
import type { PipfileSource } from "./pipfile-sections.ts";
import { isTomlTable, type TomlTable, type TomlValue } from "./toml.ts";

export interface PipfileCategory {
  /** As in the Pipfile: `packages`, `dev-packages`, or its own name. */
  readonly name: string;
  /** As in the lock: `default`, `develop`, or its own name. */
  readonly lockName: string;
  readonly entries: readonly PipfileEntry[];
}

const sections = ["source", "packages", "dev-packages", "requires", "scripts", "pipenv", "pipfile"];
const lockNames = new Map([
  ["packages", "default"],
  ["dev-packages", "develop"],
]);

/** Every table of packages; a table that is neither that nor a section is a mistake. */
export function readCategories(
  reading: PipfileReading,
  tables: TomlTable,
  sources: readonly PipfileSource[],
): readonly PipfileCategory[] {
  const names = ["packages", "dev-packages"];
  for (const [name, value] of Object.entries(tables)) {
    if (name === "source" || !isSectionTable(reading, name, value)) continue;
    if (name === "thoth") warnOfThoth(reading);
    else if (!sections.includes(name) && isCategoryName(reading, name)) names.push(name);
  }
  return names.map((name) => ({
    name,
    lockName: lockNames.get(name) ?? name,
    entries: readEntries(reading, name, tables[name], sources),
  }));
}

function isSectionTable(reading: PipfileReading, name: string, value: TomlValue): boolean {
  if (isTomlTable(value)) return true;
  const place = reading.keyPlace([name]);
  if (Array.isArray(value) && value.every(isTomlTable)) {
    const isSource = didYouMean(name, ["source"]) !== undefined;
    reading.mistake(place, `unknown list of tables [[${name}]]`, {
      hint: `did you mean ${isSource ? "[[source]]" : `[${name}] with one bracket`}?`,
    });
    return false;
  }
  const hint = name.startsWith("python_") ? "put it under `[requires]`" : undefined;
  reading.mistake(place, `\`${name}\` stands before the first table`, {
    hint: hint ?? "put it under `[packages]` or the table it belongs to",
  });
  return false;
}

function isCategoryName(reading: PipfileReading, name: string): boolean {
  const place = reading.keyPlace([name]);
  if (name === "default" || name === "develop") {
    const meant = name === "default" ? "packages" : "dev-packages";
    reading.mistake(place, `[${name}] is the lock's name for [${meant}]`, {
      hint: `write \`[${meant}]\``,
    });
    return false;
  }
  const show = (section: string): string => (section === "source" ? "[[source]]" : `[${section}]`);
  const hint = didYouMean(name, sections, show);
  if (hint !== undefined) reading.mistake(place, `unknown section [${name}]`, { hint });
  return hint === undefined;
}

function warnOfThoth(reading: PipfileReading): void {
  reading.warn(
    reading.keyPlace(["thoth"]),
    "pipenv reads [thoth] as a category of packages and may refuse this Pipfile",
    "move its options to .thoth.yaml",
  );
}

function readEntries(
  reading: PipfileReading,
  category: string,
  table: TomlValue | undefined,
  sources: readonly PipfileSource[],
): readonly PipfileEntry[] {
  if (!isTomlTable(table)) return [];
  const entries: PipfileEntry[] = [];
  const spellings = new Map<PackageName, string>();
  for (const [name, value] of Object.entries(table)) {
    const entry = readEntry(reading, { category, name, value, sources });
    const twin = spellings.get(packageName(name));
    if (twin !== undefined) reportTwin(reading, category, name, twin);
    else if (entry !== undefined) entries.push(entry);
    spellings.set(packageName(name), twin ?? name);
  }
  return entries;
}

function reportTwin(reading: PipfileReading, category: string, name: string, twin: string): void {
  const { file, line } = reading.keyPlace([category, twin]);
  reading.mistake(
    reading.keyPlace([category, name]),
    `\`${name}\` and \`${twin}\` are one package`,
    {
      notes: [`\`${twin}\` stands at ${file}:${line}`],
      hint: "remove one of them",
    },
  );
}
