import { runtimeId } from "../model/runtime.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { asciiJson, numberWidth, paddedNumber } from "./ascii-json.ts";
import { type FactKey, type FactsSubject, writeFacts } from "./facts-file.ts";
import { factKeyOf } from "./postgres-texts.ts";
import { checkedAtPrefix } from "./releases-text.ts";
import { installedFile } from "./store-paths.ts";

/** All rows of one kind that a database has of a package. */
export interface PackageDocument {
  /** `releases`, or a kind of facts. */
  readonly kind: string;
  readonly runtime: string;
  /** The page, or a fact a line: its key, a tab, its JSON. */
  readonly text: string;
}

interface PackageFile {
  readonly name: string;
  readonly content: string;
}

const factKinds: ReadonlySet<string> = new Set<FactsSubject["kind"]>([
  "metadata",
  "installed",
  "security",
  "performance",
  "about",
  "attestations",
]);

/** The files that the JSON store would have of the package. */
export function packageFiles(
  of: { readonly name: string; readonly index: string; readonly checkedAt: number },
  documents: readonly PackageDocument[],
): readonly PackageFile[] {
  return documents.flatMap(({ kind, runtime, text }) => {
    if (kind === "releases")
      return [{ name: "releases.json", content: checked(text, of.checkedAt) }];
    if (!isFactKind(kind)) return [];
    const { name, index } = of;
    const about = asciiJson({ name, index, ...(runtime === "" ? {} : { runtime }) });
    const file = runtime === "" ? `${kind}.json` : installedFile(runtimeId(runtime));
    return [{ name: file, content: writeFacts({ kind, of: about }, factsOf(text)) }];
  });
}

const looksAhead = 3;

/** The packages that the newest releases of one always require, by what their files say. */
export function newestRequirements(files: readonly PackageFile[]): readonly PackageName[] {
  const metadata = files.find(({ name }) => name === "metadata.json")?.content ?? "";
  const lines = metadata.split("\n", looksAhead + 1).slice(1);
  const required = lines.flatMap((line) => {
    const fact: unknown = parsedJson(line.replace(/,$/, ""));
    const known: unknown = Array.isArray(fact) ? fact.at(-1) : undefined;
    const requires = isRecord(known) ? known["requires"] : undefined;
    return Array.isArray(requires) ? requires.map(String) : [];
  });
  const names = required.flatMap((text) => {
    const [name] = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(text) ?? [];
    return name === undefined || /;.*\bextra\b/.test(text) ? [] : [packageName(name)];
  });
  return [...new Set(names)];
}

function factsOf(text: string): ReadonlyMap<FactKey, string> {
  return new Map(
    text.split("\n").map((line) => {
      const end = line.indexOf("\t");
      return [factKeyOf(line.slice(0, end)), line.slice(end + 1)];
    }),
  );
}

function checked(page: string, checkedAt: number): string {
  const [start, end] = [checkedAtPrefix.length, checkedAtPrefix.length + numberWidth];
  if (!page.startsWith(checkedAtPrefix) || !(Number(page.slice(start, end)) < checkedAt))
    return page;
  return `${checkedAtPrefix}${paddedNumber(checkedAt)}${page.slice(end)}`;
}

function isFactKind(kind: string): kind is FactsSubject["kind"] {
  return factKinds.has(kind);
}
