import { type Place, ThothError } from "../util/errors.ts";
import { dependencyGroups } from "./dependency-groups.ts";
import { packageName } from "./name.ts";
import type { Pipfile } from "./pipfile.ts";
import type { PipfileCategory } from "./pipfile-categories.ts";
import type { PipfileEntry } from "./pipfile-entries.ts";
import { kindOf, PipfileReading } from "./pipfile-reading.ts";
import type { PipfileRequires } from "./pipfile-sections.ts";
import { RequirementError, requirementEntry } from "./requirement-entry.ts";
import { parseSpecifierSet } from "./specifier.ts";
import { isTomlTable, parseToml, type TomlTable, type TomlValue } from "./toml.ts";

/** Beginnings of the names of categories; their ends are the names of extras and groups. */
export const extraCategory = "optional-dependencies.";
export const groupCategory = "dependency-groups.";

/** Whether a pyproject.toml says what a project needs, or is there for tools alone. */
export function namesRequirements(text: string, file: string): boolean {
  const tables = parseToml(text, file);
  const tool = tables["tool"];
  const poetry = isTomlTable(tool) ? tool["poetry"] : undefined;
  return [tables["project"], tables["dependency-groups"], poetry].some(isTomlTable);
}

/** Name of the project of a pyproject.toml; undefined where it does not say. */
export function projectName(text: string, file: string): string | undefined {
  const { project } = parseToml(text, file);
  const name = isTomlTable(project) ? project["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

/**
 * Reads a pyproject.toml (PEP 621, PEP 735) into what a Pipfile would be: `dependencies` are
 * [packages], each extra is a category `optional-dependencies.NAME`, each group
 * `dependency-groups.NAME`.
 *
 * @throws ThothError `bad-toml`, or `bad-pyproject` for the first mistake, with all `others`
 */
export function parsePyproject(text: string, file: string): Pipfile {
  const tables = parseToml(text, file);
  const reading = new PipfileReading(text, file, "bad-pyproject");
  const project = projectTable(reading, tables);
  const categories = [
    { name: "packages", lockName: "default", entries: requiredBy(reading, project) },
    { name: "dev-packages", lockName: "develop", entries: [] },
    ...extras(reading, project),
    ...groups(reading, tables),
  ];
  warnOfTools(reading, tables);
  const pipfile: Pipfile = {
    file,
    sources: [],
    categories: withOwnExtras(project, categories),
    requires: requiresOf(reading, project),
    settings: { allowPrereleases: false, allowPrereleasesOf: [], sortPipfile: false, written: {} },
    scripts: new Map(),
    warnings: reading.warnings,
  };
  const [first, ...others] = reading.problems();
  if (first === undefined) return pipfile;
  throw new ThothError(first.code, first.message, { ...first, others });
}

function projectTable(reading: PipfileReading, tables: TomlTable): TomlTable {
  const { project, tool } = tables;
  if (isTomlTable(project)) return project;
  if (project !== undefined) {
    reading.mistake(
      reading.keyPlace(["project"]),
      `[project] must be a table, not ${kindOf(project)}`,
    );
  } else if (isTomlTable(tool) && isTomlTable(tool["poetry"])) {
    reading.mistake(
      reading.keyPlace(["tool", "poetry"]),
      "the dependencies stand under [tool.poetry], which only Poetry reads",
      {
        hint: "move them to [project] (PEP 621), which Poetry 2 and all other tools read",
      },
    );
  } else if (tables["dependency-groups"] === undefined) {
    reading.mistake(reading.keyPlace([]), "neither [project] nor [dependency-groups]", {
      hint: 'list what the project needs under `[project]`, as `dependencies = ["…"]`',
    });
  }
  return {};
}

function isDynamic(reading: PipfileReading, project: TomlTable, key: string): boolean {
  const { dynamic } = project;
  if (!Array.isArray(dynamic) || !dynamic.includes(key)) return false;
  reading.mistake(
    reading.keyPlace(["project", "dynamic"]),
    `\`${key}\` are dynamic: they come out of a build, not out of this file`,
    {
      hint: `write them under [project], or name the file that has them: \`--input requirements.in\``,
    },
  );
  return true;
}

function requiredBy(reading: PipfileReading, project: TomlTable): readonly PipfileEntry[] {
  if (isDynamic(reading, project, "dependencies")) return [];
  return listed(reading, project["dependencies"], ["project", "dependencies"], "packages");
}

function extras(reading: PipfileReading, project: TomlTable): readonly PipfileCategory[] {
  const key = "optional-dependencies";
  const { [key]: value } = project;
  if (isDynamic(reading, project, key) || value === undefined) return [];
  if (!isTomlTable(value)) {
    reading.mistake(
      reading.keyPlace(["project", key]),
      `\`${key}\` must be a table, not ${kindOf(value)}`,
    );
    return [];
  }
  return Object.entries(value).map(([extra, list]) => {
    const name = `${extraCategory}${extra}`;
    return { name, lockName: name, entries: listed(reading, list, ["project", key, extra], name) };
  });
}

function groups(reading: PipfileReading, tables: TomlTable): readonly PipfileCategory[] {
  const found = dependencyGroups(reading, tables["dependency-groups"]);
  return [...found].map(([group, items]) => {
    const name = `${groupCategory}${group}`;
    const entries = items.flatMap(({ text, path }) => {
      const place = elementPlace(reading, path, text);
      return entry(reading, { text, place, category: name });
    });
    return { name, lockName: name, entries };
  });
}

function listed(
  reading: PipfileReading,
  value: TomlValue | undefined,
  path: readonly string[],
  category: string,
): readonly PipfileEntry[] {
  if (value === undefined) return [];
  const key = path.at(-1) ?? "";
  if (!Array.isArray(value)) {
    reading.mistake(
      reading.valuePlace(path),
      `\`${key}\` must be a list of texts, not ${kindOf(value)}`,
    );
    return [];
  }
  return value.flatMap((text) => {
    if (typeof text === "string")
      return entry(reading, { text, place: elementPlace(reading, path, text), category });
    reading.mistake(reading.valuePlace(path), `\`${key}\` must hold texts, not ${kindOf(text)}`);
    return [];
  });
}

function entry(
  reading: PipfileReading,
  {
    text,
    place,
    category,
  }: { readonly text: string; readonly place: Place; readonly category: string },
): readonly PipfileEntry[] {
  try {
    const nameOf = () => undefined;
    return [requirementEntry({ text, place, category, editable: false, hashes: [], nameOf })];
  } catch (error) {
    if (!(error instanceof RequirementError)) throw error;
    const { offset, hint } = error;
    const at = offset === 0 ? place : { ...place, column: place.column + offset + 1, length: 1 };
    reading.mistake(at, error.message, { hint });
    return [];
  }
}

/** Where a text of a list stands first; where the list does if it is written with escapes. */
function elementPlace(reading: PipfileReading, path: readonly string[], text: string): Place {
  const list = reading.valuePlace(path);
  const lines = reading.text.split("\n");
  for (let line = list.line - 1; line < lines.length; line += 1) {
    const from = line === list.line - 1 ? list.column - 1 : 0;
    const starts = ['"', "'"].map(
      (quote) => lines[line]?.indexOf(quote + text + quote, from) ?? -1,
    );
    const column = Math.max(...starts) + 1;
    if (column > 0) return { file: reading.file, line: line + 1, column, length: text.length + 2 };
  }
  return list;
}

/** `all = ["own-name[docs,test]"]`: the project's own extras stand for what they list. */
function withOwnExtras(
  project: TomlTable,
  categories: readonly PipfileCategory[],
): readonly PipfileCategory[] {
  const own = typeof project["name"] === "string" ? packageName(project["name"]) : undefined;
  if (own === undefined) return categories;
  const byExtra = new Map(
    categories.flatMap(({ name, entries }) =>
      name.startsWith(extraCategory)
        ? [[packageName(name.slice(extraCategory.length)), entries] as const]
        : [],
    ),
  );
  const expand = (
    entries: readonly PipfileEntry[],
    open: readonly string[],
  ): readonly PipfileEntry[] =>
    entries.flatMap((one) => {
      if (one.canonical !== own) return [one];
      return one.extras.flatMap((extra) => {
        const name = packageName(extra);
        if (open.includes(name)) return [];
        return expand(byExtra.get(name) ?? [], [...open, name]);
      });
    });
  return categories.map((category) => ({
    ...category,
    entries: expand(category.entries, []).map((one) => ({ ...one, category: category.name })),
  }));
}

function requiresOf(reading: PipfileReading, project: TomlTable): PipfileRequires {
  const { "requires-python": value } = project;
  if (value === undefined) return { written: {} };
  const place = reading.valuePlace(["project", "requires-python"]);
  const range = typeof value === "string" ? parseSpecifierSet(value) : undefined;
  if (range === undefined) {
    const shown = typeof value === "string" ? `\`${value}\`` : kindOf(value);
    reading.mistake(place, `\`requires-python\` must be a version specifier, not ${shown}`, {
      hint: 'write it like `requires-python = ">=3.9"`',
    });
    return { written: {} };
  }
  return { pythonRange: range, place, written: {} };
}

/** What other tools add to these tables is theirs; a lock that leaves it out should say so. */
function warnOfTools(reading: PipfileReading, { tool }: TomlTable): void {
  const uv = isTomlTable(tool) ? tool["uv"] : undefined;
  if (!isTomlTable(uv)) return;
  for (const key of ["sources", "index", "constraint-dependencies", "override-dependencies"]) {
    if (uv[key] === undefined) continue;
    reading.warn(reading.keyPlace(["tool", "uv", key]), `[tool.uv] \`${key}\` is not heeded`);
  }
}
