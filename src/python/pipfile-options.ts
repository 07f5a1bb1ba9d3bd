import { isValidName } from "./name.ts";
import { packageOptions } from "./pipfile-hash.ts";
import { didYouMean, kindOf, type PipfileReading } from "./pipfile-reading.ts";
import type { TomlTable, TomlValue } from "./toml.ts";
import type { KeyPath } from "./toml-keys.ts";

const flags = new Set(["editable", "no_binary", "skip_resolver"]);
const lists = new Set(["extras", "pip_args", "hashes"]);

/** What writers of other tools' files use for the same. */
const synonyms = new Map([
  ["branch", "ref"],
  ["commit", "ref"],
  ["rev", "ref"],
  ["revision", "ref"],
  ["tag", "ref"],
  ["url", "file"],
  ["uri", "file"],
  ["directory", "subdirectory"],
  ["subdir", "subdirectory"],
  ["develop", "editable"],
  ["source", "index"],
  ["python", "python_version"],
  ["platform", "sys_platform"],
]);

/** Whether every option of an entry's table is known and of its type; mistakes go to `reading`. */
export function checkOptions(reading: PipfileReading, path: KeyPath, table: TomlTable): boolean {
  const unknown = Object.keys(table).filter((option) => !packageOptions.has(option));
  if (unknown.length > 0 && reportDottedName(reading, path)) return false;
  for (const option of unknown) {
    const meant = synonyms.get(option);
    reading.mistake(
      reading.keyPlace([...path, option]),
      `unknown option \`${option}\` of \`${path.at(-1)}\``,
      { hint: meant ? `did you mean \`${meant}\`?` : didYouMean(option, packageOptions) },
    );
  }
  let isGood = unknown.length === 0;
  for (const [option, value] of Object.entries(table)) {
    if (!packageOptions.has(option)) continue;
    const problem = optionProblem(option, value);
    if (problem === undefined) continue;
    isGood = false;
    reading.mistake(reading.valuePlace([...path, option]), problem);
  }
  return isGood;
}

function optionProblem(option: string, value: TomlValue): string | undefined {
  if (flags.has(option)) {
    if (typeof value === "boolean") return undefined;
    return `\`${option}\` must be true or false, not ${kindOf(value)}`;
  }
  if (!lists.has(option)) {
    if (["svn", "hg", "bzr"].includes(option)) return `Thoth can't lock a source in \`${option}\``;
    return typeof value === "string"
      ? undefined
      : `\`${option}\` must be a text, not ${kindOf(value)}`;
  }
  if (!Array.isArray(value)) return `\`${option}\` must be a list, not ${kindOf(value)}`;
  const wrong = value.find((item) => typeof item !== "string");
  if (wrong !== undefined) return `\`${option}\` must hold texts, not ${kindOf(wrong)}`;
  const bad = option === "extras" ? value.find((extra) => !isValidName(String(extra))) : undefined;
  return bad === undefined ? undefined : `\`${String(bad)}\` is no name of an extra`;
}

/** `zope.interface = "*"` without quotes is a table `zope` with an option `interface`. */
function reportDottedName(reading: PipfileReading, path: KeyPath): boolean {
  const rest = reading.restOfLine(path);
  const [written, value = ""] = /^[\w-]+(?:\s*\.\s*[\w-]+)+\s*(=.*)?/.exec(rest) ?? [];
  if (written === undefined) return false;
  const name = written.slice(0, written.length - value.length).replaceAll(/\s/g, "");
  reading.mistake(
    { ...reading.keyPlace(path), length: name.length },
    `the dots of \`${name}\` need quotes`,
    { hint: value === "" ? `write \`"${name}"\`` : `write \`"${name}" ${value.trim()}\`` },
  );
  return true;
}
