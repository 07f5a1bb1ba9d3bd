import type { Rule } from "../model/advice-settings.ts";
import { parseSpecifierSet, specifierError } from "../python/specifier.ts";
import { isTomlTable, type TomlTable } from "../python/toml.ts";
import type { KeyPath } from "../python/toml-keys.ts";
import type { PolicyReading } from "./policy-reading.ts";

/** The `[[rule]]` tables of a `thoth.toml`: releases that are never to be advised. */
export function policyRules(reading: PolicyReading, root: TomlTable): readonly Rule[] {
  const { rule: value } = root;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    reading.mistake(["rule"], "`rule` must be a list of tables", "write `[[rule]]`");
    return [];
  }
  return value.flatMap((one, position) => {
    const path = ["rule", String(position)];
    if (isTomlTable(one)) return ruleOf(reading, one, path);
    reading.mistake(path, "`rule` must hold tables", "write `[[rule]]`");
    return [];
  });
}

function ruleOf(reading: PolicyReading, table: TomlTable, path: KeyPath): readonly Rule[] {
  reading.keys(table, path, ["package", "version", "reason"]);
  const written = reading.text(table, [...path, "package"]);
  const reason = reading.text(table, [...path, "reason"]);
  const specifier = reading.text(table, [...path, "version"]) ?? "";
  for (const key of ["package", "reason"])
    if (table[key] === undefined) reading.mistake(path, `a \`[[rule]]\` without \`${key}\``);
  const set = parseSpecifierSet(specifier);
  if (set === undefined) {
    const problem = specifierError(specifier) ?? "it can't be read";
    reading.mistake([...path, "version"], `\`${specifier}\` is no version specifier: ${problem}`);
  }
  const name = written && reading.packageName(written, [...path, "package"]);
  if (!name || reason === undefined || set === undefined) return [];
  return [{ name, specifier, range: set.range, reason, where: reading.where(path) }];
}
