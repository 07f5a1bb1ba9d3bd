import type { AuditLine, AuditPath, AuditPin } from "../model/audit.ts";
import type { Knowledge, ReleaseList } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import { activeDependencies, type Dependency } from "../python/active-dependencies.ts";
import { chooseFile } from "../python/file-choice.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { rankTags } from "../python/tags.ts";
import { parseVersion } from "../python/version.ts";

/** What paths and remedies depend on. */
export interface AuditGround {
  readonly pins: readonly AuditPin[];
  readonly lines: readonly AuditLine[];
  readonly knowledge: Knowledge;
  /** What the lock is for; undefined: nobody knows, and so no path is known either. */
  readonly runtime: Runtime | undefined;
}

/** A demand of one pin on another. */
export interface Demand {
  readonly by: AuditPin;
  readonly dependency: Dependency;
}

/** What needs what among the pins. */
export interface AuditGraph {
  readonly paths: ReadonlyMap<PackageName, AuditPath>;
  /** By the name of which something is demanded. */
  readonly demands: ReadonlyMap<PackageName, readonly Demand[]>;
  /** Pins whose demands are not known. */
  readonly blind: readonly PackageName[];
}

/** A pin as it is asked for: with one of its extras, or "" for none. */
interface Step {
  readonly pin: AuditPin;
  readonly extra: string;
  readonly path: AuditPath;
}

/**
 * Walks from the lines of the Pipfile along Requires-Dist, level by level, so that the first path
 * to a name is a shortest one; of several, the one of the earlier line. What is known of no pin is
 * not guessed: what stands behind it alone has no path.
 */
export function auditGraph(ground: AuditGround): AuditGraph {
  const walk = new Walk(ground.pins);
  for (const { name, extras, where, line } of ground.lines)
    walk.reach(name, extras.map(packageName), { where, line, names: [name] });
  const demands = new Map<PackageName, Demand[]>();
  const blind = new Set<PackageName>();
  for (const { pin, extra, path } of walk.steps()) {
    const needed = neededBy(pin, extra, ground);
    if (needed === undefined) blind.add(pin.name);
    for (const dependency of needed ?? []) {
      const known = demands.get(dependency.name);
      if (known === undefined) demands.set(dependency.name, [{ by: pin, dependency }]);
      else known.push({ by: pin, dependency });
      const [first, ...rest] = path.names;
      const names = [first, ...rest, dependency.name] as const;
      walk.reach(dependency.name, dependency.extras, { ...path, names });
    }
  }
  for (const { name } of ground.pins) if (!walk.paths.has(name)) blind.add(name);
  return { paths: walk.paths, demands, blind: [...blind].sort() };
}

/** What was reached, and what is to be looked at next. */
class Walk {
  readonly paths = new Map<PackageName, AuditPath>();
  private readonly pins = new Map<PackageName, AuditPin[]>();
  private readonly seen = new Set<string>();
  private readonly waiting: Step[] = [];

  constructor(pins: readonly AuditPin[]) {
    for (const pin of pins) this.pins.set(pin.name, [...(this.pins.get(pin.name) ?? []), pin]);
  }

  reach(name: PackageName, extras: readonly string[], path: AuditPath): void {
    const pins = this.pins.get(name) ?? [];
    if (pins.length > 0 && !this.paths.has(name)) this.paths.set(name, path);
    for (const extra of ["", ...extras]) {
      const key = `${name}[${extra}]`;
      if (!this.seen.has(key)) this.waiting.push(...pins.map((pin) => ({ pin, extra, path })));
      this.seen.add(key);
    }
  }

  /** In the order in which they were reached, those that come meanwhile too. */
  *steps(): Generator<Step> {
    for (const step of this.waiting) yield step;
  }
}

/** What a pin needs on the runtime, by itself or with one extra; undefined: not known. */
function neededBy(
  pin: AuditPin,
  extra: string,
  { knowledge, runtime, lines }: AuditGround,
): readonly Dependency[] | undefined {
  if (runtime === undefined) return undefined;
  const requires =
    pin.origin === "index"
      ? requiresOf(pin, knowledge, runtime)
      : sourceRequires(pin, knowledge, lines);
  if (requires === undefined) return undefined;
  return activeDependencies(requires, runtime.markers, extra, () => undefined);
}

function sourceRequires({ name }: AuditPin, knowledge: Knowledge, lines: readonly AuditLine[]) {
  const source = lines.find((line) => line.name === name)?.source;
  return source === undefined ? undefined : knowledge.source(source)?.requires;
}

function requiresOf(pin: AuditPin, knowledge: Knowledge, runtime: Runtime) {
  const list = auditedList(pin, knowledge);
  const version = parseVersion(pin.version ?? "")?.text;
  if (list === undefined || version === undefined) return undefined;
  const position = positionIn(list, version);
  if (position === undefined) return undefined;
  const choice = chooseFile(list.release(position), runtime.pythonFull, rankTags(runtime.tags));
  if ("reason" in choice) return undefined;
  const release = { name: list.name, version, index: list.index };
  const fact = knowledge.metadata(release, choice.file.filename, runtime.id);
  return fact?.state === "known" ? fact.requires : undefined;
}

function positionIn(list: ReleaseList, version: string): number | undefined {
  for (let position = 0; position < list.count; position += 1)
    if (list.version(position) === version) return position;
  return undefined;
}

/** The releases that count for a pin: of the first index that has the package, where that is known. */
export function auditedList(
  { name, indexes }: Pick<AuditPin, "name" | "indexes">,
  knowledge: Knowledge,
): ReleaseList | undefined {
  for (const index of indexes) {
    const list = knowledge.releases(name, index);
    if (list === undefined || list.absent === undefined) return list;
  }
  return undefined;
}
