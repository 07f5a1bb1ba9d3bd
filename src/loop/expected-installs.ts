import type { Gap } from "../model/gap.ts";
import type { Project } from "../model/project.ts";
import type { Release } from "../model/release.ts";
import type { AdviceRun } from "../model/run.ts";
import type { Runtime, RuntimeId } from "../model/runtime.ts";
import type { PackageName } from "../python/name.ts";
import type { Services } from "../wiring.ts";
import type { IncompleteAdvice } from "./missing-facts.ts";

/** What the number of later installations follows from. */
export interface Expectation {
  readonly services: {
    readonly runs: Pick<Services["runs"], "all">;
    readonly store: { installed(release: Release, runtime: RuntimeId): object | undefined };
    readonly configuration: Pick<Services["configuration"], "verify">;
  };
  readonly project: Pick<Project, "indexes" | "preferred">;
  readonly runtime: Pick<Runtime, "id" | "interpreter">;
  readonly advice: IncompleteAdvice;
}

/**
 * Installations that are likely to be asked for once what is missing now is known: of pins that
 * are known, or in the old lock, and were not tried; and for each other package of which nothing
 * is known as many as a line of a Pipfile came to in earlier runs.
 */
export function expectedInstalls({ services, project, runtime, advice }: Expectation): number {
  const { store, runs, configuration } = services;
  if (configuration.verify === "none" || runtime.interpreter === undefined) return 0;
  const asked = advice.gaps.filter(({ missing }) => missing === "installed").length;
  const unknown = new Set(advice.gaps.flatMap(unknownName));
  if (unknown.size === 0 && asked > 0) return 0;
  const [index] = project.indexes;
  const releases = new Map<PackageName, Release>();
  for (const [name, version] of project.preferred) releases.set(name, { name, version, index });
  for (const [name, { release, source }] of advice.best.pins)
    if (source === undefined) releases.set(name, release);
  const untried = [...releases.values()].filter(
    (release) => store.installed(release, runtime.id) === undefined,
  );
  const others = [...unknown].filter((name) => !releases.has(name));
  const more = others.length * pinsPerLine(runs.all());
  return Math.max(0, Math.round(untried.length + more) - asked);
}

function unknownName(gap: Gap): readonly PackageName[] {
  if (gap.missing === "releases" || gap.missing === "source") return [gap.name];
  return gap.missing === "metadata" ? [gap.release.name] : [];
}

/** At least the package itself. */
function pinsPerLine(runs: readonly AdviceRun[]): number {
  let [lines, pins] = [0, 0];
  for (const { size } of runs) {
    lines += size?.lines ?? 0;
    pins += size?.pins ?? 0;
  }
  return lines === 0 ? 1 : Math.max(1, pins / lines);
}
