import { type PrescribedKind, type UnitList, unitLists } from "../model/prescription.ts";
import { isNormalizedName } from "../python/name.ts";
import { kindsOfList } from "./schema.ts";

/** What an index holds of a unit. */
export interface IndexedUnit {
  readonly list: UnitList;
  /** Without the name of its prescription. */
  readonly name: string;
  readonly kind: PrescribedKind;
  readonly packages: readonly string[];
  /** It looks at other packages, too. */
  readonly general: boolean;
}

/**
 * The units of a file that is laid out in the plainest way, as nearly all are, read by its lines: a
 * parser of YAML takes forty times as long, and there are sets of 65,000 files. Undefined for every
 * file that is anything else; only a parser knows what that means.
 */
export function glance(text: string): readonly IndexedUnit[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#.*)?$/.test(line));
  if (lines[0] === "---") lines.shift();
  if (lines.shift() !== "units:") return undefined;
  const blocks = withEntries(splitAt(lines, indentOf(lines[0] ?? "")));
  const lists = blocks?.map(glanceAtList);
  return lists?.every((units) => units !== undefined) ? lists.flat() : undefined;
}

function glanceAtList([head = "", ...body]: readonly string[]): readonly IndexedUnit[] | undefined {
  const list = unitLists.find((one) => head.trim() === `${one}:`);
  // Lists that change a resolution are few, and their matches have many forms
  if (list !== "boots" && list !== "strides" && list !== "wraps") return undefined;
  const indent = indentOf(body[0] ?? "");
  const items = indent < indentOf(head) ? undefined : splitAt(body, indent);
  const units = items?.map((item) => glanceAt(item, list));
  return units?.every((unit) => unit !== undefined) ? units : undefined;
}

/** Each line at the indent with the deeper ones below it; undefined where one is less deep. */
function splitAt(lines: readonly string[], indent: number): readonly string[][] | undefined {
  const blocks: string[][] = [];
  for (const line of lines) {
    const own = indentOf(line);
    if (own < indent || line.includes("\t")) return undefined;
    const last = blocks.at(-1);
    if (own > indent && last !== undefined) last.push(line);
    else blocks.push([line]);
  }
  return blocks;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function glanceAt(item: readonly string[], list: UnitList): IndexedUnit | undefined {
  const [first = "", ...rest] = item;
  if (!/^\s*- \S/.test(first)) return undefined;
  const keys = withEntries(splitAt([first.replace("- ", "  "), ...rest], indentOf(first) + 2));
  if (keys === undefined) return undefined;
  const found = new Map<string, readonly string[]>();
  for (const lines of keys) {
    const [, key = ""] = /^\s*([a-z_]+):(?: |$)/.exec(lines[0] ?? "") ?? [];
    if (key === "" || found.has(key)) return undefined;
    found.set(key, lines);
  }
  const name = plainValue(found.get("name"));
  const type = plainValue(found.get("type"));
  const kind = kindsOfList[list].find((one) => one === type);
  if (name === undefined || kind === undefined) return undefined;
  const match = found.get("match");
  if (match === undefined) return { list, name, kind, packages: [], general: true };
  const matched = matchedPackages(match, kind);
  return matched && { list, name, kind, ...matched };
}

/** Entries of a list may stand at the indent of its key. */
function withEntries(keys: readonly string[][] | undefined): readonly string[][] | undefined {
  const merged: string[][] = [];
  for (const lines of keys ?? []) {
    const above = merged.at(-1);
    if (above !== undefined && /^\s*- /.test(lines[0] ?? "")) above.push(...lines);
    else merged.push(lines);
  }
  return keys && merged;
}

function plainValue(lines: readonly string[] | undefined): string | undefined {
  if (lines?.length !== 1) return undefined;
  return /^\s*[a-z_]+: ([A-Za-z0-9_][\w.-]*)\s*$/.exec(lines[0] ?? "")?.[1];
}

/** A key with nothing, a plain value or one in quotes behind it, perhaps the first of an entry. */
const plainLine =
  /^\s*(?:- )*([a-z_]+):(?: +(?:"([^"\\]*)"|'([^']*)'|([^\s"'{}[\]&*!|>%@`#,?:-][^"'#]*)))?\s*$/;

function matchedPackages(
  [head = "", ...lines]: readonly string[],
  kind: PrescribedKind,
): Pick<IndexedUnit, "packages" | "general"> | undefined {
  if (head.trim() !== "match:" || lines.length === 0) return undefined;
  const wanted = kind === "boot" ? "package_name" : "name";
  const indent = indentOf(lines[0] ?? "");
  const packages = new Set<string>();
  const named: boolean[] = [];
  for (const line of lines) {
    const found = plainKey(line);
    if (found === undefined) return undefined;
    const { key, value } = found;
    const isEntry = indentOf(line) === indent && line.trimStart().startsWith("- ");
    if (isEntry || named.length === 0) named.push(false);
    if (key !== wanted) continue;
    if (!isPlainName(value)) return undefined;
    packages.add(value);
    named[named.length - 1] = true;
  }
  return { packages: [...packages], general: named.includes(false) };
}

function isPlainName(value: string): boolean {
  return value !== "null" && isNormalizedName(value);
}

function plainKey(line: string): { readonly key: string; readonly value: string } | undefined {
  const [, key, double, single, plain = ""] = plainLine.exec(line) ?? [];
  return key === undefined ? undefined : { key, value: double ?? single ?? plain.trim() };
}
