import type { Finding } from "../../model/finding.ts";
import type { SecurityFact } from "../../model/security-fact.ts";
import type { AdviceContext } from "../context.ts";
import type { SievedRelease } from "../unit.ts";

const sourceEnding = /\.(?:tar\.gz|tar\.bz2|zip)$/;

/**
 * What scans showed of the file that the runtime would install, and of the sources beside it: who
 * took over a release need not have put the same into every file. Empty where nothing was scanned.
 */
export function scans(
  { release, filename, facts }: Pick<SievedRelease, "release" | "filename" | "facts">,
  { knowledge }: AdviceContext,
): readonly SecurityFact[] {
  const found: SecurityFact[] = [];
  for (const file of facts.files) {
    if (file.filename !== filename && !sourceEnding.test(file.filename)) continue;
    const fact = knowledge.security(release, file.filename);
    if (fact?.outcome === "scanned") found.push(fact);
  }
  return found;
}

/** The findings of one level, as the end of a sentence: the first with its place, the number of others. */
export function alarmText(
  facts: readonly SecurityFact[],
  level: NonNullable<Finding["alarm"]>,
): string | undefined {
  const alarms = facts.flatMap((fact) =>
    fact.alarms.filter(({ alarm }) => alarm === level).map((alarm) => ({ ...alarm, fact })),
  );
  const [first, ...more] = alarms;
  if (first === undefined) return undefined;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return `${first.text} (${first.rule}, ${first.path}:${first.line} of ${first.fact.filename})${others}`;
}
