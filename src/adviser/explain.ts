import type { Conflict } from "../model/advice.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import { rangeToText } from "../python/version-range.ts";
import type { Catalog } from "./catalog.ts";
import { baseOf } from "./facts.ts";
import { type Cause, externalCauses, type Incompatibility } from "./incompatibility.ts";
import { askedLine } from "./requirements.ts";

/** Turns the proof that there is no stack into what a person can act upon. */
export function explain(failure: Incompatibility, catalog: Catalog): Conflict {
  const facts = externalCauses(failure);
  const culprits = new Set<PackageName>();
  const lines: { line: number; name: string; note: string }[] = [];
  for (const fact of facts) {
    if (fact.cause.kind !== "requirement") continue;
    const name = baseOf(fact.terms.keys().next().value ?? "");
    const { line } = fact.cause;
    if (line === askedLine || lines.some((other) => other.line === line)) continue;
    culprits.add(name);
    const asked = catalog.requirementsOf(name).find((one) => one.line === line);
    lines.push({
      line,
      name: asked?.spelling ?? name,
      note: `you ask for ${asked?.specifier || "any version"}`,
    });
  }
  lines.sort((left, right) => left.line - right.line);
  return {
    message: headline(facts, catalog),
    lines,
    story: story(facts, catalog),
    culprits: [...culprits],
    packages: [...new Set(facts.flatMap(({ terms }) => [...terms.keys()].map(baseOf)))],
    hinges: hinges(facts),
    fixes: [],
  };
}

function hinges(facts: readonly Incompatibility[]): NonNullable<Conflict["hinges"]> {
  const python = facts.some(({ cause }) => needsPython(cause));
  const left = facts.some(({ cause }) => cause.kind === "no-version" && cause.prereleaseLeftOut);
  return [...(python ? (["python"] as const) : []), ...(left ? (["pre-releases"] as const) : [])];
}

function needsPython(cause: Cause): boolean {
  const told = (text: string) => text.includes("needs Python");
  if (cause.kind === "unusable") return told(cause.reason);
  return cause.kind === "no-version" && cause.reasons.some(told);
}

function headline(facts: readonly Incompatibility[], catalog: Catalog): string {
  for (const { cause } of facts) if (cause.kind === "absent") return cause.reason;
  const { python } = catalog.context.runtime;
  const tooOld = facts.find((fact) => isUnusableOnPython(fact, facts));
  if (tooOld !== undefined) {
    const name = nameOf(tooOld);
    return isAffected(tooOld)
      ? `no version of ${name} that works on Python ${python} is free of advisories`
      : `no version of ${name} that is asked for works on Python ${python}`;
  }
  const apart = facts.flatMap(apartSentence)[0];
  if (apart !== undefined) return apart;
  const contested = mostDemanded(facts);
  if (contested !== undefined) return `no version of ${contested} satisfies everyone`;
  const stuck = facts.filter(({ cause }) => cause.kind === "no-version");
  const root = stuck.find((fact) => !demandsCount(nameOf(fact), facts)) ?? stuck[0];
  if (root !== undefined) {
    const free = isAffected(root)
      ? "that is asked for is free of advisories"
      : "is what is asked for";
    return `no version of ${nameOf(root)} ${free}`;
  }
  return "what is asked for can't be had together";
}

/** Whether advisories are among what left no version. */
function isAffected({ cause }: Incompatibility): boolean {
  return cause.kind === "no-version" && cause.reasons.some((one) => / affected by /.test(one));
}

/** Whether a package is out on account of the runtime's Python alone, not of what it demands. */
function isUnusableOnPython(fact: Incompatibility, facts: readonly Incompatibility[]): boolean {
  return needsPython(fact.cause) && !demandsCount(nameOf(fact), facts);
}

/** Whether what a package demands of others is part of the proof. */
function demandsCount(name: PackageName, facts: readonly Incompatibility[]): boolean {
  return facts.some(({ cause }) => cause.kind === "dependency" && cause.dependent === name);
}

function nameOf({ terms }: Incompatibility): PackageName {
  return baseOf(terms.keys().next().value ?? "");
}

/** The package of which most lines and packages, at least two, demand something; the deepest first. */
function mostDemanded(facts: readonly Incompatibility[]): PackageName | undefined {
  const demanding = new Map<PackageName, Set<string>>();
  for (const { cause, terms } of facts) {
    if (cause.kind !== "dependency" && cause.kind !== "requirement") continue;
    const by = cause.kind === "dependency" ? cause.dependent : cause.where;
    for (const [key, term] of terms) {
      if (term.positive) continue;
      const name = baseOf(key);
      demanding.set(name, (demanding.get(name) ?? new Set()).add(by));
    }
  }
  const contested = [...demanding]
    .filter(([, by]) => by.size > 1)
    .sort(([, left], [, right]) => right.size - left.size);
  const deepest = contested.find(([name]) => !demandsCount(name, facts));
  return (deepest ?? contested[0])?.[0];
}

/** One sentence a fact; what many releases of a package say alike becomes one sentence. */
function story(facts: readonly Incompatibility[], catalog: Catalog): readonly string[] {
  const versions = new Map<string, string[]>();
  for (const { cause, terms } of facts) {
    if (cause.kind !== "dependency") continue;
    const key = `${cause.dependent} ${cause.text}`;
    const alike = versions.get(key) ?? [];
    alike.push(cause.version, ...covered(cause.dependent, terms, catalog));
    versions.set(key, alike);
  }
  const about = mostDemanded(facts);
  const telling = facts.filter(({ terms }) => about !== undefined && terms.has(about));
  const told = [...new Set([...telling, ...facts])].flatMap((fact) => {
    const { cause, terms } = fact;
    if (cause.kind === "combination") return apartSentence(fact);
    if (cause.kind !== "dependency")
      return simpleSentences(cause, baseOf(terms.keys().next().value ?? ""));
    const alike = versions.get(`${cause.dependent} ${cause.text}`) ?? [];
    return [`${cause.dependent} ${versionsText(alike)} needs ${cause.text}`];
  });
  return [...new Set(told)];
}

/** The releases of a package that a fact about it speaks of: more than one if it holds for a span. */
function covered(
  name: PackageName,
  terms: Incompatibility["terms"],
  catalog: Catalog,
): readonly string[] {
  const range = terms.get(name)?.range;
  const candidates = catalog.candidatesOf(name);
  if (range === undefined || candidates === undefined) return [];
  return [...candidates.within(range)].map(({ version }) => version.text);
}

function simpleSentences(cause: Cause, name: string): readonly string[] {
  switch (cause.kind) {
    case "no-version":
      return cause.reasons.map((reason) => `${name} ${reason}`);
    case "unusable":
      return [`${name} ${cause.version} ${cause.reason}`];
    case "absent":
      return [cause.reason];
    default:
      return [];
  }
}

/** What somebody says does not go together. */
function apartSentence({ cause, terms }: Incompatibility): readonly string[] {
  if (cause.kind !== "combination") return [];
  const parts = [...terms].map(([key, { range }]) => {
    const versions = rangeToText(range);
    return versions === "*" ? baseOf(key) : `${baseOf(key)} ${versions}`;
  });
  return [`${parts.join(" and ")} ${cause.reason}`];
}

function versionsText(texts: readonly string[]): string {
  const sorted = [...new Set(texts)].sort(byVersion);
  const first = sorted[0] ?? "";
  return sorted.length === 1 ? first : `${first} to ${sorted.at(-1)} (${sorted.length} releases)`;
}

function byVersion(left: string, right: string): number {
  const a = parseVersion(left);
  const b = parseVersion(right);
  return a === undefined || b === undefined ? 0 : compareVersions(a, b);
}
