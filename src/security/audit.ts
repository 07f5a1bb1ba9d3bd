import type {
  AuditDependencies,
  AuditedPin,
  AuditFinding,
  AuditLine,
  AuditPin,
} from "../model/audit.ts";
import type { Knowledge } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import type { PackageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { type AuditGraph, type AuditGround, auditGraph } from "./audit-graph.ts";
import { remedyOf } from "./audit-remedy.ts";

export interface AuditQuestion {
  readonly pins: readonly AuditPin[];
  readonly lines: readonly AuditLine[];
  readonly knowledge: Knowledge;
  /** Asked only where there is something to say that depends on it. */
  readonly runtime: () => Promise<Runtime | undefined>;
  /** Say what needs what, be there findings or not. */
  readonly dependencies: boolean;
}

export interface AuditAnswer {
  readonly pins: readonly AuditedPin[];
  readonly dependencies: readonly AuditDependencies[];
}

/**
 * Which pins something is known against, how they came into the lock, and the least change that
 * mends each. Pins of which nobody can say anything are "unknown": those of git, a path or an
 * address, those without a version of PEP 440, and all where the store holds no advisories.
 */
export async function auditPins(question: AuditQuestion): Promise<AuditAnswer> {
  const { pins, lines, knowledge } = question;
  const judged = pins.map((pin) => judge(pin, knowledge));
  const affected = judged.some(({ findings }) => findings.length > 0);
  if (!affected && !question.dependencies) return { pins: judged, dependencies: [] };
  const ground: AuditGround = { pins, lines, knowledge, runtime: await question.runtime() };
  const graph = auditGraph(ground);
  return {
    pins: judged.map((one) => explained(one, graph, ground)),
    dependencies: question.dependencies ? dependenciesOf(pins, graph) : [],
  };
}

function judge(pin: AuditPin, knowledge: Knowledge): AuditedPin {
  const findings = findingsOf(pin, knowledge);
  const reason = unknowable(pin, knowledge);
  if (findings.length > 0)
    return { pin, verdict: "affected", findings, ...(reason === undefined ? {} : { reason }) };
  if (reason !== undefined) return { pin, verdict: "unknown", reason, findings };
  return { pin, verdict: "nothing-known", findings };
}

function findingsOf(pin: AuditPin, knowledge: Knowledge): readonly AuditFinding[] {
  const findings = new Map<string, AuditFinding>();
  // The sha256 of a file tells what it is, whatever its name and version say
  for (const sha256 of pin.hashes) {
    const advisory = knowledge.malware(sha256);
    if (advisory !== undefined) findings.set(advisory.id, { advisory, sha256 });
  }
  const { version, name, origin } = pin;
  if (origin === "index" && version !== undefined) {
    const known = knowledge.advisories(name, parseVersion(version)?.text ?? version) ?? [];
    for (const advisory of known)
      if (!findings.has(advisory.id)) findings.set(advisory.id, { advisory });
  }
  return [...findings.values()];
}

/** Why nothing, or not all, can be said of a pin. */
function unknowable({ origin, version, name }: AuditPin, knowledge: Knowledge): string | undefined {
  if (origin !== "index")
    return `it comes from ${origin === "git" ? "git" : `a ${origin}`}; no database speaks of that`;
  if (version === undefined) return "no version is pinned";
  if (parseVersion(version) === undefined) return "its version is none of PEP 440";
  return knowledge.advisories(name, version) === undefined
    ? "the store holds no advisories"
    : undefined;
}

function explained(one: AuditedPin, graph: AuditGraph, ground: AuditGround): AuditedPin {
  const path = graph.paths.get(one.pin.name);
  const placed = path === undefined ? one : { ...one, path };
  if (one.findings.length === 0) return placed;
  return { ...placed, remedy: remedyOf(one.pin, graph, ground) };
}

function dependenciesOf(
  pins: readonly AuditPin[],
  { demands, blind }: AuditGraph,
): readonly AuditDependencies[] {
  const needs = new Map<PackageName, Set<PackageName>>();
  for (const { name } of pins) needs.set(name, new Set());
  for (const [name, made] of demands)
    if (needs.has(name)) for (const { by } of made) needs.get(by.name)?.add(name);
  return [...needs].map(([name, needed]) => ({
    name,
    needs: blind.includes(name) ? undefined : [...needed].sort(),
  }));
}
