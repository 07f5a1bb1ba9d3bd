import type { Conflict } from "../model/advice.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import type { Catalog } from "./catalog.ts";
import { baseOf } from "./facts.ts";
import { type Cause, externalCauses, type Incompatibility } from "./incompatibility.ts";

/** Turns the proof that there is no stack into what a person can act upon. */
export function explain(failure: Incompatibility, catalog: Catalog): Conflict {
  const facts = externalCauses(failure);
  const culprits = new Set<PackageName>();
  const lines: { line: number; name: string; note: string }[] = [];
  for (const fact of facts) {
    if (fact.cause.kind !== "requirement") continue;
    const name = baseOf(fact.terms.keys().next().value ?? "");
    const { line } = fact.cause;
    if (lines.some((other) => other.line === line)) continue;
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
    story: story(facts),
    culprits: [...culprits],
    fixes: [],
  };
}

function headline(facts: readonly Incompatibility[], catalog: Catalog): string {
  for (const { cause } of facts) if (cause.kind === "absent") return cause.reason;
  const stuck = facts.find(({ cause }) => cause.kind === "no-version");
  const name =
    stuck === undefined ? mostDemanded(facts) : baseOf(stuck.terms.keys().next().value ?? "");
  const python = catalog.context.runtime.python;
  const needsPython = (text: string) => text.includes("needs Python");
  if (stuck?.cause.kind === "no-version" && stuck.cause.reasons.some(needsPython)) {
    return `no version of ${name} that is asked for works on Python ${python}`;
  }
  const unusable = facts.find(
    ({ cause }) => cause.kind === "unusable" && needsPython(cause.reason),
  );
  if (unusable !== undefined) return `what is asked for does not work on Python ${python}`;
  return `no version of ${name} satisfies everyone`;
}

function mostDemanded(facts: readonly Incompatibility[]): PackageName {
  const counts = new Map<PackageName, number>();
  for (const { terms } of facts) {
    for (const [key, term] of terms) {
      if (!term.positive) counts.set(baseOf(key), (counts.get(baseOf(key)) ?? 0) + 1);
    }
  }
  const [first] = [...counts].sort(([, left], [, right]) => right - left);
  return first === undefined ? baseOf("") : first[0];
}

/** One sentence a fact; what many releases of a package say alike becomes one sentence. */
function story(facts: readonly Incompatibility[]): readonly string[] {
  const versions = new Map<string, string[]>();
  for (const { cause } of facts) {
    if (cause.kind !== "dependency") continue;
    const key = `${cause.dependent} ${cause.text}`;
    versions.set(key, [...(versions.get(key) ?? []), cause.version]);
  }
  const told = facts.flatMap(({ cause, terms }) => {
    if (cause.kind !== "dependency")
      return simpleSentences(cause, baseOf(terms.keys().next().value ?? ""));
    const alike = versions.get(`${cause.dependent} ${cause.text}`) ?? [];
    return [`${cause.dependent} ${versionsText(alike)} needs ${cause.text}`];
  });
  return [...new Set(told)];
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
