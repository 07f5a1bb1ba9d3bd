import type { Justification } from "../model/advice.ts";
import type { AdvisoryMatch } from "../model/advisory.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { contains } from "../python/version-range.ts";
import { advisoryNames, vulnerabilities } from "./advisory-text.ts";
import type { BestStack } from "./best-stack.ts";
import type { Catalog } from "./catalog.ts";
import type { Candidate } from "./examiner.ts";
import { heldBack } from "./gave-way.ts";
import { whyNot } from "./justify.ts";
import { leadsBack } from "./penalty.ts";
import { pipelineOf } from "./pipeline.ts";
import { stackRemarks } from "./prescribed/stack-remarks.ts";
import { advisoryPenalty } from "./units/step-advisory.ts";
import type { Needed } from "./walk.ts";

/** What there is to be said of a stack: what went wrong, what is known against it, and what moved. */
export function justifications(found: BestStack): readonly Justification[] {
  const { catalog } = found.stack.result;
  const told: Justification[] = [...catalog.warnings].map((message) => ({
    type: "WARNING",
    message,
  }));
  for (const one of found.stack.needed.values()) {
    const chosen = catalog.candidatesOf(one.name)?.at(one.version.text);
    if (chosen === undefined) continue;
    if (chosen.advisories.length > 0) told.push(affected(one, chosen, found));
    told.push(...suspected(one, chosen), ...remarked(one, chosen, found));
    const moved = movedOff(one, chosen, found);
    if (moved !== undefined) told.push(moved);
  }
  told.push(...prescribed(found));
  if (catalog.context.recommendationType === "security") told.push(...unscanned(found));
  return told;
}

/** What steps have against a release that is in the stack all the same; advisories are told apart. */
function suspected({ name, version }: Needed, { objections }: Candidate): readonly Justification[] {
  return objections
    .filter(({ step, justified }) => step !== advisoryPenalty.name && justified !== true)
    .map(({ reason }) => ({
      type: "WARNING",
      message: `${name} ${version.text} ${reason}`,
      package: name,
    }));
}

/** What prescriptions make of requirements, and what they say of the stack as a whole. */
function prescribed({ stack: { result, needed } }: BestStack): readonly Justification[] {
  const { catalog } = result;
  const releases = [...needed.values()].flatMap(({ name, version }) => {
    const candidate = catalog.candidatesOf(name)?.at(version.text);
    return candidate === undefined ? [] : [candidate.release];
  });
  return [
    ...releases.flatMap(({ name, version }) => catalog.requirementRemarks(name, version)),
    ...stackRemarks(releases, catalog.context),
  ];
}

/** Who asks for what is safe must not take silence for that. */
function unscanned({ stack: { result, needed } }: BestStack): readonly Justification[] {
  const { catalog } = result;
  let missing = 0;
  for (const { name, version } of needed.values()) {
    const chosen = catalog.candidatesOf(name)?.at(version.text);
    const fact = chosen && catalog.context.knowledge.security(chosen.release, chosen.file.filename);
    if (fact?.outcome !== "scanned") missing += 1;
  }
  if (missing === 0) return [];
  const message = `${missing} of ${needed.size} releases were never scanned for harmful code (\`thoth si-scan --lock\`)`;
  return [{ type: "WARNING", message }];
}

function remarked(
  { name, version }: Needed,
  { release }: Candidate,
  { stack: { result } }: BestStack,
): readonly Justification[] {
  const { catalog } = result;
  const newest = () => catalog.candidatesOf(name)?.newest(catalog.policy(name))?.release;
  return pipelineOf(catalog.context)
    .about(name)
    .wraps.flatMap((wrap): readonly Justification[] => {
      const told = wrap.remarks(release, catalog.context, newest);
      if (told === undefined) return [];
      const remarks =
        typeof told === "string"
          ? [{ type: "WARNING" as const, message: `${name} ${version.text} ${told}` }]
          : told;
      return remarks.map((remark) => ({ ...remark, package: name, unit: wrap.name }));
    });
}

/** What vulnerabilities are known of a release, what mends them, and why it stays all the same. */
function affected(one: Needed, chosen: Candidate, found: BestStack): Justification {
  const { advisories, version } = chosen;
  const names = advisoryNames(advisories);
  const message = `${one.name} ${version.text} is affected by ${names}; ${fixText(advisories, version)}; ${whyKept(one, chosen, found)}`;
  return { type: "WARNING", message, package: one.name, advisories: ids(advisories) };
}

function whyKept(one: Needed, chosen: Candidate, { stack: { result, needed } }: BestStack): string {
  const { catalog } = result;
  const { version } = one;
  const better = catalog.candidatesOf(one.name)?.unaffected(catalog.policy(one.name), chosen);
  if (better === undefined) return whyNoneIsFree(one, catalog);
  const excluded = one.demands.some(({ range }) => !contains(range, better.version));
  if (chosen.penalty === 0 && !excluded)
    return `advice of type \`${catalog.context.recommendationType}\` does not heed that`;
  if (!leadsBack(chosen.penalty) && compareVersions(better.version, version) < 0)
    return `what is rated low leads to no older release`;
  return whyNot(better, one, needed, catalog);
}

/** The newest release that is free of advisories and what is in its way, where there is one. */
function whyNoneIsFree({ name, version }: Needed, catalog: Catalog): string {
  const { knowledge } = catalog.context;
  const candidates = catalog.candidatesOf(name);
  const equal = catalog.policy(name) === "equal";
  for (let position = 0; position < (candidates?.list.count ?? 0); position += 1) {
    const listed = candidates?.version(position);
    if (listed === undefined || compareVersions(listed, version) < 0) continue;
    if (listed.isPrerelease && !equal) continue;
    const examined = candidates?.examine(position);
    if (examined === undefined || "candidate" in examined) continue;
    if (knowledge.advisories(name, listed.text)?.length === 0)
      return `${listed.text} ${examined.reason}`;
  }
  return "no release that can be had is free of advisories";
}

/** The first version that has the fixes of all; advisories that name none are named. */
function fixText(advisories: readonly AdvisoryMatch[], version: Version): string {
  const fixes = advisories.map(({ fixed }) => firstAbove(fixed, version));
  const open = advisories.filter((_, position) => fixes[position] === undefined);
  if (open.length > 0) return `no fix is known of ${advisoryNames(open)}`;
  const last = fixes.reduce((highest, fix) => {
    if (highest === undefined || fix === undefined) return highest ?? fix;
    return compareVersions(fix, highest) > 0 ? fix : highest;
  }, undefined);
  return `fixed in ${last?.text}`;
}

function firstAbove(texts: readonly string[], version: Version): Version | undefined {
  for (const text of texts) {
    const one = parseVersion(text);
    if (one !== undefined && compareVersions(one, version) > 0) return one;
  }
  return undefined;
}

/** What was wrong with a pin of the old lock that did not stay. */
function movedOff(one: Needed, chosen: Candidate, best: BestStack): Justification | undefined {
  const { name } = one;
  const { catalog } = best.stack.result;
  const old = catalog.context.project.preferred.get(name);
  const version = parseVersion(old ?? "");
  if (version === undefined || version.text === one.version.text) return undefined;
  const moved = `${name} moved off ${version.text}`;
  // Whoever asks for another release in the Pipfile moved it
  if (catalog.requirementsOf(name).some(({ range }) => !contains(range, version))) return undefined;
  const candidates = catalog.candidatesOf(name);
  const position = candidates?.positionOf(version.text);
  const before = position === undefined ? undefined : candidates?.examine(position);
  if (before === undefined) return undefined;
  const held = "candidate" in before ? heldBack(name, best) : undefined;
  if (held !== undefined)
    return { type: "INFO", message: `${moved}: it holds ${held} back`, package: name };
  const dropped = "reason" in before;
  if (!dropped && before.candidate.penalty <= chosen.penalty) return undefined;
  const advisories = catalog.context.knowledge.advisories(name, version.text) ?? [];
  const reasons = dropped ? [before] : before.candidate.objections;
  const why =
    vulnerabilities(advisories).length > 0
      ? advisoryNames(advisories)
      : reasons.map(({ reason }) => `it ${reason}`).join(", ");
  const message = `${moved}: ${why}`;
  return { type: "INFO", message, package: name, advisories: ids(advisories) };
}

function ids(advisories: readonly AdvisoryMatch[]): readonly string[] {
  return advisories.map(({ id }) => id);
}
