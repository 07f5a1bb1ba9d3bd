import type { Place } from "../util/errors.ts";
import { type PackageName, packageName } from "./name.ts";
import { didYouMean, kindOf, type PipfileReading } from "./pipfile-reading.ts";
import type { SpecifierSet } from "./specifier.ts";
import { isTomlTable, type TomlTable } from "./toml.ts";
import type { KeyPath } from "./toml-keys.ts";
import { parseVersion } from "./version.ts";

export interface PipfileSource {
  readonly name: string;
  /** As written, `${VAR}` unexpanded. */
  readonly url: string;
  readonly verifySsl: boolean;
  readonly place: Place;
  /** The table as written, for the lock's `_meta`. */
  readonly written: TomlTable;
}

export interface PipfileRequires {
  /** `3.11`; absent for `*`. */
  readonly pythonVersion?: string;
  /** `3.11.7`. */
  readonly pythonFullVersion?: string;
  /** Requires-Python of a pyproject.toml: any Python of it will do. */
  readonly pythonRange?: SpecifierSet;
  /** Of the value that says which Python. */
  readonly place?: Place;
  /** [requires] as written, for the lock's `_meta`. */
  readonly written: TomlTable;
}

export interface PipfileSettings {
  readonly allowPrereleases: boolean;
  /** Packages that [thoth.allow_prereleases] names. */
  readonly allowPrereleasesOf: readonly PackageName[];
  /** Releases younger than this many days are not taken. */
  readonly coolDownDays?: number;
  readonly sortPipfile: boolean;
  /** [pipenv] as written. */
  readonly written: TomlTable;
}

/** [[source]]: each with a name and an address. */
export function readSources(reading: PipfileReading, tables: TomlTable): readonly PipfileSource[] {
  const { source } = tables;
  if (source === undefined) return [];
  if (!Array.isArray(source)) {
    reading.mistake(reading.keyPlace(["source"]), "sources are a list of tables", {
      hint: "write `[[source]]` with two brackets",
    });
    return [];
  }
  const sources: PipfileSource[] = [];
  for (const [at, written] of source.entries()) {
    const path = ["source", String(at)];
    const found = isTomlTable(written) ? readSource(reading, written, path) : undefined;
    if (found === undefined) continue;
    const twin = sources.find(({ name }) => name === found.name);
    if (twin !== undefined) {
      reading.warn(
        found.place,
        `a second source is named \`${found.name}\`; \`index\` finds the first`,
      );
    }
    sources.push(found);
  }
  return sources;
}

const sourceOptions = ["name", "url", "verify_ssl"];

function readSource(
  reading: PipfileReading,
  written: TomlTable,
  path: KeyPath,
): PipfileSource | undefined {
  const place = reading.keyPlace(path);
  for (const option of Object.keys(written)) {
    if (sourceOptions.includes(option)) continue;
    const hint = didYouMean(option, sourceOptions);
    const at = reading.keyPlace([...path, option]);
    if (hint === undefined) reading.warn(at, `the option \`${option}\` of a source means nothing`);
    else reading.mistake(at, `unknown option \`${option}\` of a source`, { hint });
  }
  const name = sourceText(reading, written, [...path, "name"]);
  const url = sourceText(reading, written, [...path, "url"]);
  const { verify_ssl: verifySsl = true } = written;
  if (typeof verifySsl !== "boolean") {
    reading.mistake(
      reading.valuePlace([...path, "verify_ssl"]),
      `\`verify_ssl\` must be true or false, not ${kindOf(verifySsl)}`,
    );
    return undefined;
  }
  if (name === undefined || url === undefined) return undefined;
  return { name, url, verifySsl, place, written };
}

function sourceText(
  reading: PipfileReading,
  written: TomlTable,
  path: KeyPath,
): string | undefined {
  const option = path.at(-1) ?? "";
  const value = written[option];
  if (value === undefined) {
    reading.mistake(reading.keyPlace(path.slice(0, -1)), `a source without \`${option}\``, {
      hint: `add \`${option} = "…"\` under [[source]]`,
    });
    return undefined;
  }
  const isGood = typeof value === "string" && value.trim() !== "";
  if (!isGood) {
    const problem = typeof value === "string" ? "is empty" : `must be a text, not ${kindOf(value)}`;
    reading.mistake(reading.valuePlace(path), `the \`${option}\` of a source ${problem}`);
    return undefined;
  }
  if (option === "url" && !/^[a-z][a-z0-9+.-]*:|\$/i.test(value)) {
    reading.mistake(reading.valuePlace(path), "the address of a source has no scheme", {
      hint: `did you mean \`https://${value}\`?`,
    });
    return undefined;
  }
  return value;
}

/** [requires]: which Python the project runs on. */
export function readRequires(reading: PipfileReading, tables: TomlTable): PipfileRequires {
  const { requires } = tables;
  const written = isTomlTable(requires) ? requires : {};
  for (const key of Object.keys(written)) {
    if (key === "python_version" || key === "python_full_version") continue;
    const place = reading.keyPlace(["requires", key]);
    const meant = key.startsWith("python") ? "did you mean `python_version`?" : undefined;
    const hint = meant ?? didYouMean(key, ["python_version", "python_full_version"]);
    if (hint === undefined) reading.warn(place, `\`${key}\` in [requires] means nothing`);
    else reading.mistake(place, `unknown key \`${key}\` in [requires]`, { hint });
  }
  const version = requiredPython(reading, written, "python_version");
  const full = requiredPython(reading, written, "python_full_version");
  const key = full === undefined ? "python_version" : "python_full_version";
  return {
    ...(version !== undefined && { pythonVersion: version }),
    ...(full !== undefined && { pythonFullVersion: full }),
    ...(Object.hasOwn(written, key) && { place: reading.valuePlace(["requires", key]) }),
    written,
  };
}

const pythonShapes = {
  python_version: { shape: /^\d+(?:\.\d+)?$/, example: '"3.11"' },
  python_full_version: { shape: /^\d+\.\d+\.\d+\S*$/, example: '"3.11.7"' },
};

function requiredPython(
  reading: PipfileReading,
  written: TomlTable,
  key: keyof typeof pythonShapes,
): string | undefined {
  const value = written[key];
  if (value === undefined || value === "*") return undefined;
  const path = ["requires", key];
  const place = reading.valuePlace(path);
  const { shape, example } = pythonShapes[key];
  if (typeof value !== "string") {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    reading.mistake(place, `\`${key}\` must be a text, not ${kindOf(value)}`, {
      hint: `write \`${key} = ${isNumber ? `"${reading.writtenValue(path)}"` : example}\``,
    });
    return undefined;
  }
  if (shape.test(value) && parseVersion(value) !== undefined) return value;
  const minor = /^\D*(\d+\.\d+)/.exec(value)?.[1];
  const meant = key === "python_version" && minor !== undefined ? `"${minor}"` : example;
  reading.mistake(place, `\`${value}\` is no Python version as \`${key}\` needs it`, {
    hint: `write one version, such as \`${key} = ${meant}\``,
  });
  return undefined;
}

const settings = [
  "allow_prereleases",
  "cool-down-period",
  "sort_pipfile",
  "install_search_all_sources",
  "disable_pip_input",
  "use_default_constraints",
  "keep_outdated",
  "package_name_case",
  "prefetch_index_manifests",
  "pylock_name",
  "resolver",
  "resolver_backend",
  "resolver_timeout_seconds",
  "use_pylock",
];

/** [pipenv], and what [thoth] says about pre-releases. */
export function readSettings(reading: PipfileReading, tables: TomlTable): PipfileSettings {
  const { pipenv, thoth } = tables;
  const written = isTomlTable(pipenv) ? pipenv : {};
  for (const key of Object.keys(written)) {
    const hint = settings.includes(key) ? undefined : didYouMean(key, settings);
    if (hint === undefined) continue;
    reading.mistake(reading.keyPlace(["pipenv", key]), `unknown setting \`${key}\``, { hint });
  }
  const coolDownDays = readCoolDown(reading, written);
  const allowed = isTomlTable(thoth) ? thoth["allow_prereleases"] : undefined;
  return {
    allowPrereleases: readFlag(reading, written, "allow_prereleases"),
    allowPrereleasesOf: isTomlTable(allowed)
      ? Object.keys(allowed)
          .filter((name) => allowed[name] === true)
          .map(packageName)
      : [],
    ...(coolDownDays !== undefined && { coolDownDays }),
    sortPipfile: readFlag(reading, written, "sort_pipfile"),
    written,
  };
}

function readFlag(reading: PipfileReading, written: TomlTable, key: string): boolean {
  const { [key]: value = false } = written;
  if (typeof value === "boolean") return value;
  const message = `\`${key}\` must be true or false, not ${kindOf(value)}`;
  reading.mistake(reading.valuePlace(["pipenv", key]), message);
  return false;
}

function readCoolDown(reading: PipfileReading, written: TomlTable): number | undefined {
  const { "cool-down-period": value } = written;
  if (value === undefined) return undefined;
  const days = typeof value === "string" ? /^(\d+)d$/.exec(value)?.[1] : undefined;
  if (days !== undefined) return Number(days);
  reading.mistake(
    reading.valuePlace(["pipenv", "cool-down-period"]),
    "`cool-down-period` must be a number of days",
    { hint: 'write it as `"30d"`' },
  );
  return undefined;
}

/** [scripts]: short names for command lines. */
export function readScripts(
  reading: PipfileReading,
  tables: TomlTable,
): ReadonlyMap<string, string> {
  const { scripts } = tables;
  const found = new Map<string, string>();
  if (!isTomlTable(scripts)) return found;
  for (const [name, value] of Object.entries(scripts)) {
    const words = isTomlTable(value) ? [value["call"] ?? value["cmd"] ?? ""] : [value].flat();
    const line = words.map(String).join(" ");
    const isCommand = typeof value === "string" || typeof value === "object";
    if (isCommand && line !== "") found.set(name, line);
    else {
      const place = reading.valuePlace(["scripts", name]);
      reading.mistake(place, `the script \`${name}\` must be a command line`);
    }
  }
  return found;
}
