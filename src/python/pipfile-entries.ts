import type { Place } from "../util/errors.ts";
import { type Marker, parseMarker } from "./marker.ts";
import { MarkerSyntaxError } from "./marker-syntax.ts";
import { isValidName, type PackageName, packageName } from "./name.ts";
import { readSpecifier } from "./pipfile-entry-specifier.ts";
import { lockMarkers, markerShorthands } from "./pipfile-markers.ts";
import { checkOptions } from "./pipfile-options.ts";
import { didYouMean, kindOf, type PipfileReading } from "./pipfile-reading.ts";
import type { PipfileSource } from "./pipfile-sections.ts";
import type { SpecifierSet } from "./specifier.ts";
import { isTomlTable, type TomlTable, type TomlValue } from "./toml.ts";
import { parseVcsUrl } from "./vcs-url.ts";

interface EntryBase {
  readonly name: string;
  readonly canonical: PackageName;
  /** The Pipfile's name of the category. */
  readonly category: string;
  /** Of the name. */
  readonly place: Place;
  readonly extras: readonly string[];
  /** All markers of the entry joined, and their text as the lock writes it. */
  readonly marker?: Marker;
  readonly markers?: string;
  /** The value as written, for `pipLine` and the lock. */
  readonly written: TomlValue;
  /** `sha256:…`, where the line says which files it may be; absent: any. */
  readonly hashes?: readonly string[];
}

/** From an index, by version. */
export interface IndexEntry extends EntryBase {
  readonly kind: "index";
  /** A bare `1.0` reads `==1.0`; `*` and "" are any version. */
  readonly specifier: SpecifierSet;
  /** The specifier as the Pipfile has it, `*` where it has none. */
  readonly version: string;
  /** Name of the only source that counts. */
  readonly index?: string;
}

export interface GitEntry extends EntryBase {
  readonly kind: "git";
  /** Without `git+`, ref and fragment. */
  readonly url: string;
  readonly ref?: string;
  readonly subdirectory?: string;
  readonly editable: boolean;
}

/** A folder or an archive on this machine. */
export interface PathEntry extends EntryBase {
  readonly kind: "path";
  /** The option that names it: the lock repeats it. */
  readonly option: "path" | "file";
  /** As written, relative to the Pipfile. */
  readonly path: string;
  readonly editable: boolean;
}

/** An archive at an address (`http`, `https`, `ftp` or `file`). */
export interface UrlEntry extends EntryBase {
  readonly kind: "url";
  readonly option: "path" | "file";
  readonly url: string;
}

export type PipfileEntry = IndexEntry | GitEntry | PathEntry | UrlEntry;

/** One line of a category with what it is judged against. */
export interface EntryLine {
  readonly category: string;
  readonly name: string;
  readonly value: TomlValue;
  readonly sources: readonly PipfileSource[];
}

/** Reads one entry; its mistakes go to `reading`, and then it is undefined. */
export function readEntry(reading: PipfileReading, line: EntryLine): PipfileEntry | undefined {
  const { category, name, value } = line;
  const path = [category, name];
  const place = reading.keyPlace(path);
  if (!isNamed(reading, line, place)) return undefined;
  if (typeof value !== "string" && !isTomlTable(value)) {
    reportKind(reading, line);
    return undefined;
  }
  const table: TomlTable = isTomlTable(value) ? value : { version: value };
  if (isTomlTable(value) && !checkOptions(reading, path, value)) return undefined;
  const marked = readMarkers(reading, path, table);
  if (marked === undefined) return undefined;
  const { extras = [] } = table;
  const base = {
    name,
    canonical: packageName(name),
    category,
    place,
    extras: Array.isArray(extras) ? extras.map(String) : [],
    ...marked,
    written: value,
  };
  return readOrigin(reading, line, table, base);
}

function readOrigin(
  reading: PipfileReading,
  line: EntryLine,
  table: TomlTable,
  base: EntryBase,
): PipfileEntry | undefined {
  const { git, file, path, editable, ref, subdirectory } = table;
  if (typeof git === "string") {
    const address = parseVcsUrl(git);
    const folder = textOr(subdirectory, address.subdirectory);
    const revision = textOr(ref, address.ref);
    return {
      ...base,
      kind: "git",
      url: address.url,
      ...(revision !== undefined && { ref: revision }),
      ...(folder !== undefined && { subdirectory: folder }),
      editable: editable === true,
    };
  }
  const option = typeof file === "string" ? "file" : "path";
  const location = textOr(file, textOr(path, undefined));
  if (location !== undefined) {
    return /^(?:https?|ftp|file):/i.test(location)
      ? { ...base, kind: "url", option, url: location }
      : { ...base, kind: "path", option, path: location, editable: editable === true };
  }
  return readIndexEntry(reading, line, table, base);
}

function textOr(value: TomlValue | undefined, otherwise: string | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function readIndexEntry(
  reading: PipfileReading,
  line: EntryLine,
  { version = "*", index }: TomlTable,
  base: EntryBase,
): IndexEntry | undefined {
  const path = [line.category, line.name];
  const written = String(version);
  const versionPath = isTomlTable(line.value) ? [...path, "version"] : path;
  const specifier = readSpecifier(reading, versionPath, line.name, written);
  const isKnown = typeof index !== "string" || isSourceName(reading, line, index);
  if (specifier === undefined || !isKnown) return undefined;
  return {
    ...base,
    kind: "index",
    specifier,
    version: written,
    ...(typeof index === "string" && { index }),
  };
}

function isSourceName(reading: PipfileReading, line: EntryLine, index: string): boolean {
  const names = line.sources.map(({ name }) => name);
  // Without [[source]] the one default source is called pypi.
  if (names.includes(index) || (names.length === 0 && index === "pypi")) return true;
  const place = reading.valuePlace([line.category, line.name, "index"]);
  const known = names.map((name) => `\`${name}\``).join(", ");
  reading.mistake(place, `no [[source]] is named \`${index}\``, {
    hint: didYouMean(index, names) ?? (known === "" ? undefined : `the sources are ${known}`),
  });
  return false;
}

function isNamed(reading: PipfileReading, { name, value }: EntryLine, place: Place): boolean {
  if (isValidName(name)) return true;
  const [, project, extras = ""] = /^\s*([\w.-]+)\s*\[([\w.,\s-]*)\]\s*$/.exec(name) ?? [];
  const list = extras.split(",").map((extra) => `"${extra.trim()}"`);
  const version = typeof value === "string" ? value : "*";
  const meant = `${project} = {extras = [${list.join(", ")}], version = "${version}"}`;
  reading.mistake(place, `\`${name}\` is no name of a package`, {
    hint:
      project === undefined
        ? "a name has letters, digits, `-`, `_` and `.` only"
        : `write \`${meant}\``,
  });
  return false;
}

function reportKind(reading: PipfileReading, { category, name, value }: EntryLine): void {
  const path = [category, name];
  const place = reading.valuePlace(path);
  const isNumber = typeof value === "number" || typeof value === "bigint";
  reading.mistake(place, `\`${name}\` must be a text or a table, not ${kindOf(value)}`, {
    hint: isNumber
      ? `write \`${name} = "${reading.writtenValue(path)}"\``
      : `write \`${name} = "*"\` for any version`,
  });
}

/** The entry's markers; undefined after a mistake. */
function readMarkers(
  reading: PipfileReading,
  path: readonly string[],
  table: TomlTable,
): { readonly marker?: Marker; readonly markers?: string } | undefined {
  let isLegal = true;
  for (const option of ["markers", ...markerShorthands]) {
    const { [option]: condition } = table;
    if (typeof condition !== "string") continue;
    isLegal = isMarker(reading, [...path, option], option, condition) && isLegal;
  }
  if (!isLegal) return undefined;
  const markers = lockMarkers(table);
  return markers === undefined ? {} : { marker: parseMarker(markers), markers };
}

function isMarker(
  reading: PipfileReading,
  path: readonly string[],
  option: string,
  condition: string,
): boolean {
  try {
    lockMarkers({ [option]: condition });
    return true;
  } catch (error) {
    if (!(error instanceof MarkerSyntaxError)) throw error;
    const isShorthand = option !== "markers";
    reading.mistake(reading.valuePlace(path), `\`${condition}\` is no marker: ${error.message}`, {
      hint: isShorthand
        ? `write the operator and quotes, such as \`${option} = "== '${condition.replaceAll(/['"=]/g, "").trim()}'"\``
        : "write it like `sys_platform == 'linux'`",
    });
    return false;
  }
}
