import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../model/advice-settings.ts";
import {
  type AcceptedAdvisory,
  type CoolDown,
  type CoolDowns,
  type LicensePolicy,
  type Policy,
  severityThresholds,
} from "../model/policy.ts";
import { isLicenseExpression } from "../python/license-expression.ts";
import type { PackageName } from "../python/name.ts";
import { isTomlTable, parseToml, type TomlTable } from "../python/toml.ts";
import type { KeyPath } from "../python/toml-keys.ts";
import { errorCode } from "../util/atomic-write.ts";
import { type Place, ThothError } from "../util/errors.ts";
import { PolicyReading } from "./policy-reading.ts";
import { policyRules } from "./policy-rules.ts";

/** Where a policy stands, beside the Pipfile. */
export const policyFileName = "thoth.toml";

/** A `thoth.toml` as written: indexes by name or address, what is absent was not said. */
export interface PolicyFile extends Pick<Policy, "coolDowns" | "licenses"> {
  readonly unknownAge: Policy["unknownAge"] | undefined;
  readonly yanked: Policy["yanked"] | undefined;
  readonly failOn: Policy["failOn"];
  readonly indexes: readonly NamedIndex[] | undefined;
  readonly packageIndexes: ReadonlyMap<PackageName, NamedIndex>;
  readonly ignores: readonly AcceptedAdvisory[];
  readonly rules: readonly Rule[];
}

/** An index as a policy names it. */
export interface NamedIndex {
  /** Name of a [[source]], or an address. */
  readonly text: string;
  readonly place: Place;
}

/**
 * The policy of a project directory; `file` is its name for messages, undefined: it has none.
 * Throws `bad-toml`, or `bad-configuration` with every mistake.
 */
export function readPolicyFile(directory: string, file: string): PolicyFile | undefined {
  const text = readText(join(directory, policyFileName));
  return text === undefined ? undefined : parsePolicyFile(text, file);
}

/** The same, of its text. */
export function parsePolicyFile(text: string, file: string): PolicyFile {
  const root = parseToml(text, file);
  const reading = new PolicyReading(text, file);
  reading.keys(root, [], ["policy", "ignore", "rule"]);
  const policy = reading.table(root, ["policy"]) ?? {};
  reading.keys(policy, ["policy"], policyKeys);
  const indexes = reading.texts(policy, ["policy", "indexes"]);
  const place = reading.place(["policy", "indexes"]);
  const found: PolicyFile = {
    coolDowns: coolDowns(reading, policy),
    unknownAge: reading.word(policy, ["policy", "unknown-age"], ["deny", "allow"]),
    yanked: reading.word(policy, ["policy", "yanked"], ["refuse", "warn"]),
    failOn: reading.word(policy, ["policy", "fail-on"], severityThresholds),
    indexes: indexes?.map((one) => ({ text: one.text, place })),
    packageIndexes: packageIndexes(reading, policy),
    licenses: licenses(reading, policy),
    ignores: ignores(reading, root),
    rules: policyRules(reading, root),
  };
  if (indexes?.length === 0)
    reading.mistake(["policy", "indexes"], "`indexes` allows no index at all");
  reading.end();
  return found;
}

const policyKeys = [
  "cool-down",
  "unknown-age",
  "yanked",
  "fail-on",
  "indexes",
  "package-indexes",
  "licenses",
];

function coolDowns(reading: PolicyReading, policy: TomlTable): CoolDowns {
  const path = ["policy", "cool-down"];
  const value = policy["cool-down"];
  if (!isTomlTable(value)) return { all: reading.period(value, path), packages: new Map() };
  reading.keys(value, path, ["period", "exempt", "packages"]);
  const all = reading.period(value["period"], [...path, "period"]);
  const packages = new Map<PackageName, CoolDown>();
  const own = reading.table(value, [...path, "packages"]) ?? {};
  for (const [name, period] of Object.entries(own)) {
    const place = [...path, "packages", name];
    const found = reading.period(period, place);
    const canonical = reading.packageName(name, place);
    if (canonical !== undefined && found !== undefined) packages.set(canonical, found);
  }
  const exempt = reading.texts(value, [...path, "exempt"]) ?? [];
  const where = reading.where([...path, "exempt"]);
  for (const one of exempt) {
    const name = reading.packageName(one.text, one.path);
    if (name === undefined) continue;
    if (packages.has(name))
      reading.mistake(one.path, `\`${one.text}\` is exempt and has a cool-down of its own, too`);
    packages.set(name, { periodMs: 0, period: "0", where });
  }
  if (exempt.length > 0 && (all === undefined || all.periodMs === 0))
    reading.mistake(
      [...path, "exempt"],
      "packages are exempt from a cool-down that there is not",
      'set one: `period = "7d"`',
    );
  return { all, packages };
}

function packageIndexes(
  reading: PolicyReading,
  policy: TomlTable,
): ReadonlyMap<PackageName, NamedIndex> {
  const path = ["policy", "package-indexes"];
  const table = reading.table(policy, path) ?? {};
  const found = new Map<PackageName, NamedIndex>();
  for (const key of Object.keys(table)) {
    const at = [...path, key];
    const name = reading.packageName(key, at);
    const text = reading.text(table, at);
    if (name !== undefined && text !== undefined)
      found.set(name, { text, place: reading.place(at) });
  }
  return found;
}

function licenses(reading: PolicyReading, policy: TomlTable): LicensePolicy {
  const path = ["policy", "licenses"];
  const table = reading.table(policy, path) ?? {};
  reading.keys(table, path, ["allow", "deny"]);
  const allow = licenseIds(reading, table, [...path, "allow"]);
  const deny = licenseIds(reading, table, [...path, "deny"]);
  for (const id of deny ?? [])
    if (allow?.has(id))
      reading.mistake([...path, "deny"], `\`${id}\` is allowed and denied`, "leave it in one list");
  return { allow, deny: deny ?? new Set() };
}

function licenseIds(
  reading: PolicyReading,
  table: TomlTable,
  path: KeyPath,
): ReadonlySet<string> | undefined {
  const texts = reading.texts(table, path);
  if (texts === undefined) return undefined;
  for (const { text } of texts)
    if (/\s/.test(text) || !isLicenseExpression(text))
      reading.mistake(path, `\`${text}\` is no SPDX identifier`, "such as `MIT` or `Apache-2.0`");
  return new Set(texts.map(({ text }) => text.toLowerCase()));
}

function ignores(reading: PolicyReading, root: TomlTable): readonly AcceptedAdvisory[] {
  const { ignore: value } = root;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    reading.mistake(["ignore"], "`ignore` must be a list of tables", "write `[[ignore]]`");
    return [];
  }
  return value.flatMap((one, position) => {
    const path = ["ignore", String(position)];
    if (isTomlTable(one)) return ignored(reading, one, path);
    reading.mistake(path, "`ignore` must hold tables", "write `[[ignore]]`");
    return [];
  });
}

function ignored(
  reading: PolicyReading,
  table: TomlTable,
  path: KeyPath,
): readonly AcceptedAdvisory[] {
  reading.keys(table, path, ["id", "package", "reason", "until"]);
  const id = reading.text(table, [...path, "id"])?.toUpperCase();
  const reason = reading.text(table, [...path, "reason"]);
  const written = reading.text(table, [...path, "package"]);
  const name =
    written === undefined ? undefined : reading.packageName(written, [...path, "package"]);
  const until = lastDay(reading, table, [...path, "until"]);
  if (table["id"] === undefined) reading.mistake(path, "an `[[ignore]]` without `id`");
  if (table["reason"] === undefined)
    reading.mistake(path, "an `[[ignore]]` without `reason`", 'say why: `reason = "…"`');
  if (id?.startsWith("MAL-"))
    reading.mistake([...path, "id"], `\`${id}\` is malware, which can't be ignored`);
  if (id === undefined || reason === undefined) return [];
  return [{ id, package: name, reason, until, where: reading.where(path) }];
}

/** `until = 2026-12-31`, with or without quotes. */
function lastDay(reading: PolicyReading, table: TomlTable, path: KeyPath): string | undefined {
  const { until: value } = table;
  if (value === undefined) return undefined;
  const text = value instanceof Date ? value.toISOString().slice(0, 10) : value;
  if (typeof text === "string" && isDay(text)) return text;
  reading.mistake(path, "`until` must be a day", "such as `2026-12-31`");
  return undefined;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new ThothError("bad-configuration", `\`${path}\` can't be read`, { cause: error });
  }
}
