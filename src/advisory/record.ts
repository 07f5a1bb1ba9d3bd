import { isValidName, type PackageName, packageName } from "../python/name.ts";
import { isRecord } from "../util/json.ts";
import { malwareFiles } from "./malware-files.ts";
import type { PackageAdvisory, RangeEvent } from "./package-advisory.ts";
import { inOrder, isInRange } from "./ranges.ts";
import { severityOf } from "./severity.ts";
import { anyVersion } from "./version-order.ts";

/** What one record says, by package. */
export interface AdvisoryRecord {
  readonly id: string;
  /** In UTC; "" where it gives no time. */
  readonly modified: string;
  readonly published: string;
  readonly withdrawn: boolean;
  readonly affected: readonly { readonly name: PackageName; readonly advisory: PackageAdvisory }[];
  /** sha256 of files that are malware. */
  readonly files: readonly string[];
}

/** What became of reading one record. */
export type RecordReading =
  | { readonly kind: "record"; readonly record: AdvisoryRecord }
  /** It speaks of other ecosystems only. */
  | { readonly kind: "foreign" }
  | { readonly kind: "damaged"; readonly reason: string };

/** Counts up with every change that makes the same record read otherwise. */
export const advisoryReader = 2;

/**
 * Reads a record of the OSV format (https://ossf.github.io/osv-schema/), as far as it speaks of
 * packages of PyPI. What decides to what it applies must be as the format says; what only describes
 * may be missing.
 */
export function readRecord(value: unknown): RecordReading {
  try {
    return readWhole(value);
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    return { kind: "damaged", reason: error.message };
  }
}

/** Leaves this file as a reason only. */
class Misshapen extends Error {}

function readWhole(value: unknown): RecordReading {
  if (!isRecord(value)) throw new Misshapen("it is no object");
  const id = value["id"];
  if (!isId(id)) throw new Misshapen("it has no `id`");
  const ours = list(value["affected"], "affected").flatMap((entry) => {
    const name = nameIn(entry);
    return name === undefined ? [] : [{ name, entry }];
  });
  if (ours.length === 0) return { kind: "foreign" };
  const aliases = texts(value["aliases"] ?? [], "aliases").filter((alias) => alias !== id);
  const malware = [id, ...aliases].some((name) => name.startsWith("MAL-"));
  const published = time(value["published"]) ?? time(value["modified"]) ?? "";
  const about = {
    id,
    aliases: [...new Set(aliases)].sort(),
    kind: malware ? ("malware" as const) : ("vulnerability" as const),
    summary: summaryOf(value),
    published,
  };
  const affected = [...new Set(ours.map(({ name }) => name))].map((name) => {
    const entries = ours.flatMap((one) => (one.name === name ? [one.entry] : []));
    const severity = severityIn([value, ...entries]);
    return { name, advisory: { ...about, severity, ...extentOf(id, entries) } };
  });
  const record = {
    id,
    modified: time(value["modified"]) ?? "",
    published,
    withdrawn: isWithdrawn(value["withdrawn"]),
    affected,
    files: malware ? malwareFiles(specificsOf([value, ...ours.map(({ entry }) => entry)])) : [],
  };
  return { kind: "record", record };
}

type Entry = Readonly<Record<string, unknown>>;

function nameIn(entry: unknown): PackageName | undefined {
  if (!isRecord(entry)) throw new Misshapen("an entry of `affected` is no object");
  const subject = entry["package"];
  if (subject === undefined) return undefined;
  if (!isRecord(subject)) throw new Misshapen("a `package` is no object");
  const { ecosystem, name } = subject;
  if (typeof ecosystem !== "string") throw new Misshapen("a package has no `ecosystem`");
  if (!/^PyPI(:|$)/.test(ecosystem)) return undefined;
  if (typeof name !== "string" || !isValidName(name) || name.length > longestName)
    throw new Misshapen("a package has no name that PyPI could have");
  return packageName(name);
}

/** Which versions the entries of one package name. */
function extentOf(
  id: string,
  entries: readonly unknown[],
): Pick<PackageAdvisory, "all" | "ranges" | "versions"> {
  const ranges: (readonly RangeEvent[])[] = [];
  const listed: string[] = [];
  for (const entry of entries.filter(isRecord)) {
    for (const range of list(entry["ranges"] ?? [], "ranges")) {
      const events = eventsIn(range);
      if (events !== undefined) ranges.push(inOrder(events));
    }
    listed.push(...texts(entry["versions"] ?? [], "versions"));
  }
  // Malware is malware in any version; of a vulnerability that names none, nobody can tell.
  if (id.startsWith("MAL-") && ranges.length === 0 && listed.length === 0)
    return { all: true, ranges, versions: [] };
  const isKept = (raw: string) => {
    const version = anyVersion(raw);
    return typeof version === "string" || !ranges.some((events) => isInRange(events, version));
  };
  return { ranges, versions: [...new Set(listed.filter(isKept))] };
}

const eventKinds = ["introduced", "fixed", "last_affected", "limit"] as const;

/** Undefined for ranges of commits, which say nothing of versions. */
function eventsIn(range: unknown): readonly RangeEvent[] | undefined {
  if (!isRecord(range) || typeof range["type"] !== "string")
    throw new Misshapen("a range has no `type`");
  if (range["type"] !== "ECOSYSTEM") return undefined;
  return list(range["events"], "events").flatMap((event) => {
    if (!isRecord(event)) throw new Misshapen("an event is no object");
    const found = eventKinds.flatMap((kind): readonly RangeEvent[] => {
      const version = event[kind];
      if (version === undefined) return [];
      if (typeof version !== "string") throw new Misshapen(`\`${kind}\` is no text`);
      return [[kind, version]];
    });
    if (found.length === 0) throw new Misshapen("an event says nothing");
    return found;
  });
}

function severityIn(parts: readonly unknown[]) {
  const vectors = parts
    .filter(isRecord)
    .flatMap(({ severity }) => items(severity))
    .flatMap((one) => (isRecord(one) ? (text(one["score"]) ?? []) : []));
  const words = specificsOf(parts).flatMap(({ severity }) => text(severity) ?? []);
  return severityOf(vectors, words[0]);
}

/** What a database adds of its own to a record and its entries. */
function specificsOf(parts: readonly unknown[]): readonly Entry[] {
  return parts
    .filter(isRecord)
    .flatMap((part) => [part["database_specific"], part["ecosystem_specific"]])
    .filter(isRecord);
}

/** One line; of many records only the details say what it is about. */
function summaryOf({ summary, details }: Entry): string {
  const told = text(summary) ?? text(details)?.trim().split("\n", 1)[0] ?? "";
  const line = told.replaceAll(/\s+/g, " ").trim();
  return line.length <= longestSummary ? line : `${line.slice(0, longestSummary - 3)}...`;
}

const longestSummary = 200;
const longestName = 200;

function isWithdrawn(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  // Taken for withdrawn by mistake, a vulnerability would be passed over
  if (typeof value !== "string" || Number.isNaN(Date.parse(value)))
    throw new Misshapen("`withdrawn` is no time");
  return true;
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[\w.:+-]{1,128}$/.test(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A date and time of RFC 3339, as OSV has them, in UTC; undefined for anything else. */
function time(value: unknown): string | undefined {
  const [whole, zone] = typeof value === "string" ? (rfc3339.exec(value) ?? []) : [];
  if (whole === undefined || Number.isNaN(Date.parse(whole))) return undefined;
  return zone === "Z" ? whole : new Date(whole).toISOString();
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Misshapen(`\`${name}\` is no list`);
  return value;
}

function texts(value: unknown, name: string): readonly string[] {
  return list(value, name).map((one) => {
    if (typeof one !== "string") throw new Misshapen(`\`${name}\` holds what is no text`);
    return one;
  });
}
