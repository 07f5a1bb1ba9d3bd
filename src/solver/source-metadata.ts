import { markerText } from "../python/marker.ts";
import { readCoreMetadata } from "../python/metadata.ts";
import { packageName } from "../python/name.ts";
import { requirementText, tryParseRequirement } from "../python/requirement.ts";
import { isTomlTable, parseToml, type TomlTable, type TomlValue } from "../python/toml.ts";

/** What a lock needs of a source's metadata. */
export interface SourceMetadata {
  /** As written. */
  readonly name: string;
  readonly version: string;
  /** Requires-Dist lines. */
  readonly requires: readonly string[];
  readonly requiresPython?: string;
  readonly extras: readonly string[];
}

/** The same of a METADATA text. */
export function sourceMetadata(text: string): SourceMetadata {
  const { name, version, requiresDist, requiresPython, providesExtra } = readCoreMetadata(text);
  return {
    name,
    version,
    requires: requiresDist,
    extras: providesExtra,
    ...(requiresPython === undefined ? {} : { requiresPython }),
  };
}

const needed = ["version", "dependencies", "optional-dependencies", "requires-python"];

/**
 * What [project] of a pyproject.toml says (PEP 621), if it says all that a lock needs and leaves
 * nothing of it to the build; then nothing need be run. `file` is for messages.
 * @throws ThothError("bad-toml")
 */
export function staticMetadata(pyproject: string, file: string): SourceMetadata | undefined {
  const project = parseToml(pyproject, file)["project"];
  if (!isTomlTable(project)) return undefined;
  const { name, version } = project;
  if (typeof name !== "string" || typeof version !== "string") return undefined;
  if (texts(project["dynamic"]).some((field) => needed.includes(field))) return undefined;
  const extras = optionalDependencies(project);
  const requiresPython = project["requires-python"];
  return {
    name,
    version,
    requires: [
      ...texts(project["dependencies"]),
      ...extras.flatMap(([extra, lines]) => lines.map((line) => withExtra(line, extra))),
    ],
    extras: extras.map(([extra]) => extra),
    ...(typeof requiresPython === "string" ? { requiresPython } : {}),
  };
}

function optionalDependencies(
  project: TomlTable,
): readonly (readonly [string, readonly string[]])[] {
  const table = project["optional-dependencies"];
  if (!isTomlTable(table)) return [];
  // PEP 685: extras are compared as names of packages are.
  return Object.entries(table).map(([extra, lines]) => [packageName(extra), texts(lines)]);
}

/** `a; python_version < "3"` becomes `a; python_version < "3" and extra == "x"`, as backends write. */
function withExtra(line: string, extra: string): string {
  const requirement = tryParseRequirement(line);
  // Kept as it is: whoever reads the metadata refuses it then.
  if (requirement === undefined) return line;
  const { marker, ...rest } = requirement;
  const bare = requirementText(rest);
  const own = `extra == "${extra}"`;
  const condition = marker === undefined ? own : `(${markerText(marker)}) and ${own}`;
  return `${bare}${rest.url === undefined ? "" : " "}; ${condition}`;
}

function texts(value: TomlValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
