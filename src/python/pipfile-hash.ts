import { createHash } from "node:crypto";
import { ThothError } from "../util/errors.ts";
import { packageName } from "./name.ts";
import { type PythonValue, pythonJson } from "./python-json.ts";
import { isTomlTable, parseToml, type TomlTable, type TomlValue } from "./toml.ts";

export interface PipfileHashOptions {
  /**
   * The index that pipenv puts in front of a Pipfile without [[source]]: pip's configured one,
   * else pip's own. Without it such a Pipfile has no hash.
   */
  readonly defaultSourceUrl?: string;
  /** Tables hashed as they stand even where pipenv refuses them: `thoth` (docs/pipfile.md). */
  readonly tolerate?: readonly string[];
}

/**
 * The `_meta.hash.sha256` that pipenv 2026.10.3 computes for a Pipfile: package keys normalised,
 * sources and requires as written, [pipenv] and [scripts] left out. 64 hex digits.
 *
 * @throws ThothError `bad-toml`, or `bad-pipfile` where pipenv refuses the file
 */
export function pipfileHash(text: string, options: PipfileHashOptions = {}): string {
  return createHash("sha256").update(pipfileHashInput(text, options)).digest("hex");
}

/** The JSON that is hashed. */
export function pipfileHashInput(text: string, options: PipfileHashOptions = {}): string {
  const tables = readAsPipenv(text, options.defaultSourceUrl);
  for (const [name, value] of Object.entries(tables)) {
    if (isAccepted(name, value) || options.tolerate?.includes(name)) continue;
    throw refusal(`pipenv does not accept the table [${name}]`);
  }
  const { requires, source, packages, "dev-packages": develop } = tables;
  const content: [string, PythonValue][] = [
    ["_meta", { requires: asPython(requires), sources: asPython(source) }],
    ["default", packagesOf(packages)],
    ["develop", packagesOf(develop)],
  ];
  for (const [name, value] of Object.entries(tables)) {
    if (!knownSections.has(name)) content.push([name, packagesOf(value)]);
  }
  return pythonJson(Object.fromEntries(content), { indent: 0, keySeparator: ":" });
}

const knownSections = new Set([
  "source",
  "packages",
  "dev-packages",
  "requires",
  "scripts",
  "pipfile",
  "pipenv",
  // Never taken for categories: the lock uses these names.
  "default",
  "develop",
]);

/**
 * pipenv opens the file as text, so every line break reads as `\n`, and puts a default source
 * in front by joining texts; a key before the first table then becomes part of that source.
 */
function readAsPipenv(text: string, defaultSourceUrl: string | undefined): TomlTable {
  const content = text.replaceAll(/\r\n?/g, "\n");
  const tables = parseToml(content, "Pipfile");
  if (Object.hasOwn(tables, "source")) return tables;
  if (defaultSourceUrl === undefined) {
    throw refusal("the Pipfile has no [[source]], so its hash depends on pip's configuration");
  }
  const source = `[[source]]\nname = "pypi"\nurl = ${JSON.stringify(defaultSourceUrl)}\nverify_ssl = true\n`;
  return parseToml(`${source}${content.startsWith("\n") ? "" : "\n"}${content}`, "Pipfile");
}

function refusal(message: string): ThothError {
  return new ThothError("bad-pipfile", message, {
    hint: "`pipenv verify` stops at this Pipfile too",
  });
}

/** Whether plette 2.4.0 and then Python's `json` take the table. */
function isAccepted(name: string, value: TomlValue): boolean {
  switch (name) {
    case "source":
      return Array.isArray(value) && value.every(isSource) && isWritable(value);
    case "requires":
      return isRequires(value) && isWritable(value);
    case "scripts":
      return isTomlTable(value) && Object.values(value).every(isScript);
    case "pipfile":
      return true;
    case "pipenv":
      return isTomlTable(value) && isPipenv(value);
    case "default":
    case "develop":
      return isPackages(value);
    default:
      return isPackages(value) && isWritable(value);
  }
}

function isSource(value: TomlValue): boolean {
  if (!isTomlTable(value)) return false;
  const { name, url, verify_ssl: verifySsl } = value;
  return isText(name) && isText(url) && isFlag(verifySsl);
}

function isRequires(value: TomlValue): boolean {
  if (!isTomlTable(value)) return false;
  const { python_version: version, python_full_version: full } = value;
  return (version === undefined || isText(version)) && (full === undefined || isText(full));
}

function isScript(value: TomlValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isTomlTable(value) ? Object.keys(value).length > 0 : isText(value) && value !== "";
}

function isPipenv({ allow_prereleases: allow, "cool-down-period": period }: TomlTable): boolean {
  // Python's `$` lets one line feed follow.
  return (
    isFlag(allow) && (period === undefined || (isText(period) && /^\p{Nd}+d\n?$/u.test(period)))
  );
}

/** The options of a package entry that pipenv knows. */
export const packageOptions: ReadonlySet<string> = new Set(
  (
    "git svn hg bzr ref subdirectory name version extras editable markers os_markers hashes " +
    "index no_binary pip_args skip_resolver path file os_name sys_platform platform_machine " +
    "platform_python_implementation platform_release platform_system platform_version " +
    "python_version python_full_version implementation_name implementation_version"
  ).split(" "),
);

function isPackages(value: TomlValue): boolean {
  return isTomlTable(value) && Object.values(value).every(isPackage);
}

function isPackage(value: TomlValue): boolean {
  if (["string", "number", "bigint"].includes(typeof value)) return true;
  if (!isTomlTable(value)) return false;
  const { editable, version, extras, pip_args: pipArgs } = value;
  return (
    Object.keys(value).every((option) => packageOptions.has(option)) &&
    isFlag(editable) &&
    (version === undefined || isText(version)) &&
    [extras, pipArgs].every((list) => list === undefined || Array.isArray(list))
  );
}

function isText(value: TomlValue | undefined): value is string {
  return typeof value === "string";
}

function isFlag(value: TomlValue | undefined): boolean {
  return value === undefined || typeof value === "boolean";
}

/** Python's `json` knows no dates. */
function isWritable(value: TomlValue): boolean {
  if (value instanceof Date) return false;
  if (Array.isArray(value)) return value.every(isWritable);
  return !isTomlTable(value) || Object.values(value).every(isWritable);
}

function packagesOf(value: TomlValue | undefined): PythonValue {
  if (!isTomlTable(value)) return {};
  // Of two spellings of one name the last wins, as in a Python dict.
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [packageName(name), asPython(entry)]),
  );
}

function asPython(value: TomlValue | undefined): PythonValue {
  if (value === undefined) return {};
  if (Array.isArray(value)) return value.map(asPython);
  if (!isTomlTable(value)) return value instanceof Date ? value.toISOString() : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asPython(item)]));
}
