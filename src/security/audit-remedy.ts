import type { AuditLine, AuditPin, Hold, Remedy } from "../model/audit.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import { chooseFile } from "../python/file-choice.ts";
import { rankTags } from "../python/tags.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { contains } from "../python/version-range.ts";
import { type AuditGraph, type AuditGround, auditedList } from "./audit-graph.ts";

/**
 * The lowest listed release above the pin that nothing is known against, not yanked, that the
 * runtime can install, and that the Pipfile's lines and the demands of other pins admit. Where they
 * admit none, the newest such below the pin. Else the lowest above that only lines of the Pipfile
 * forbid, else the lowest of all, with what forbids it.
 */
export function remedyOf(pin: AuditPin, graph: AuditGraph, ground: AuditGround): Remedy {
  const { knowledge, runtime } = ground;
  const list = auditedList(pin, knowledge);
  const locked = parseVersion(pin.version ?? "");
  if (runtime === undefined) return unknown("which Python the lock is for is not known here");
  if (locked === undefined) return unknown("which release is pinned is not known");
  if (list === undefined) return unknown("the store does not know the releases of the package");
  const lines = ground.lines.filter(({ name }) => name === pin.name);
  const early = locked.isPrerelease || lines.some(({ mentionsPrerelease }) => mentionsPrerelease);
  const look = ({ version, position }: Listed): Looked => ({
    version: version.text,
    refused: refusal(list, position, runtime),
    affected: knowledge.advisories(pin.name, version.text)?.length !== 0,
    holds: holdsOn(pin, version, lines, graph),
  });
  const passed: Looked[] = [];
  for (const listed of above(list, locked, early)) {
    const one = look(listed);
    if (isFree(one)) return { state: "update", version: one.version, unsure: unsure(pin, graph) };
    passed.push(one);
  }
  for (const listed of below(list, locked, early)) {
    const { version, ...one } = look(listed);
    if (isFree(one)) return { state: "update", version, older: true, unsure: unsure(pin, graph) };
  }
  return nothingFree(passed);
}

interface Listed {
  readonly version: Version;
  readonly position: number;
}

/** A release that might be taken in place of the pin, and what is to be said of that. */
interface Looked {
  readonly version: string;
  /** Why the runtime can't have it: `needs Python >=3.10`, `is yanked`. */
  readonly refused: string | undefined;
  readonly affected: boolean;
  readonly holds: readonly Hold[];
}

function isFree({ refused, affected, holds }: Omit<Looked, "version">): boolean {
  return refused === undefined && !affected && holds.length === 0;
}

function nothingFree(passed: readonly Looked[]): Remedy {
  const usable = passed.filter(({ refused }) => refused === undefined);
  const clean = usable.filter(({ affected }) => !affected);
  const held = clean.find(({ holds }) => holds.every(({ by }) => by === "line")) ?? clean[0];
  const [first, ...rest] = held?.holds ?? [];
  if (held !== undefined && first !== undefined)
    return { state: "held", version: held.version, holds: [first, ...rest] };
  const newest = usable.at(-1)?.version;
  const elsewhere = passed.find(({ refused, affected }) => refused !== undefined && !affected);
  return {
    state: "none",
    ...(newest === undefined ? {} : { newest }),
    ...(elsewhere?.refused === undefined
      ? {}
      : { refused: { version: elsewhere.version, reason: elsewhere.refused } }),
  };
}

function unknown(reason: string): Remedy {
  return { state: "unknown", reason };
}

/** The versions above one, the lowest first. */
function above(list: ReleaseList, locked: Version, prereleases: boolean): readonly Listed[] {
  const found: Listed[] = [];
  for (let position = 0; position < list.count; position += 1) {
    const version = parseVersion(list.version(position));
    if (version === undefined) continue;
    if (compareVersions(version, locked) <= 0) break;
    if (prereleases || !version.isPrerelease) found.push({ version, position });
  }
  return found.reverse();
}

/** The versions below one, the highest first. */
function* below(list: ReleaseList, locked: Version, prereleases: boolean): Generator<Listed> {
  for (let position = 0; position < list.count; position += 1) {
    const version = parseVersion(list.version(position));
    if (version === undefined || compareVersions(version, locked) >= 0) continue;
    if (prereleases || !version.isPrerelease) yield { version, position };
  }
}

function refusal(list: ReleaseList, position: number, runtime: Runtime): string | undefined {
  const facts = list.release(position);
  const choice = chooseFile(facts, runtime.pythonFull, rankTags(runtime.tags));
  if ("reason" in choice) return choice.reason;
  return choice.file.yanked === undefined ? undefined : "is yanked";
}

function holdsOn(
  pin: AuditPin,
  version: Version,
  lines: readonly AuditLine[],
  { demands }: AuditGraph,
): readonly Hold[] {
  const ofLines = lines
    .filter(({ range }) => !contains(range, version))
    .map((line) => ({ by: "line", line, instead: widened(line, version) }) as const);
  const ofReleases = (demands.get(pin.name) ?? [])
    .filter(({ dependency }) => !contains(dependency.range, version))
    .map(({ by, dependency }) => {
      const { name, version: own = "" } = by;
      return { by: "release", name, version: own, needs: dependency.text } as const;
    });
  return [...ofLines, ...ofReleases];
}

/** What a line of the Pipfile may say in place of what forbids a release. */
function widened({ specifier }: AuditLine, version: Version): string {
  return /^\s*={2,3}/.test(specifier) ? `==${version.text}` : `>=${version.text}`;
}

/** A pin that nothing is known to need may be needed by those of which nothing is known. */
function unsure({ name }: AuditPin, { blind }: AuditGraph) {
  return blind.filter((other) => other !== name);
}
