import type { Gap } from "../model/gap.ts";
import type { Project } from "../model/project.ts";
import type { AdviceRun } from "../model/run.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Services } from "../wiring.ts";
import type { IncompleteAdvice } from "./missing-facts.ts";

/** What the number of later installations follows from. */
export interface Expectation {
  readonly services: Pick<Services, "store" | "runs" | "configuration">;
  readonly project: Project;
  readonly runtime: Runtime;
  readonly advice: IncompleteAdvice;
}

/**
 * Installations that are likely to be asked for once what is missing now is known. With an old
 * lock: its pins that were not tried. Else the pins that are known and were not tried, and for each
 * package of which nothing is known as many as a line of a Pipfile came to in earlier runs.
 */
export function expectedInstalls({ services, project, runtime, advice }: Expectation): number {
  const { store, runs, configuration } = services;
  if (configuration.verify === "none" || runtime.interpreter === undefined) return 0;
  const asked = advice.gaps.filter(({ missing }) => missing === "installed").length;
  const unknown = new Set(advice.gaps.flatMap(unknownName));
  if (unknown.size === 0 && asked > 0) return 0;
  const [index] = project.indexes;
  const locked = [...project.preferred].map(([name, version]) => ({ name, version, index }));
  if (locked.length > 0) {
    const untried = locked.filter((release) => store.installed(release, runtime.id) === undefined);
    return Math.max(0, untried.length - asked);
  }
  const pinned = [...advice.best.pins.values()].filter(
    ({ release, source }) =>
      source === undefined && store.installed(release, runtime.id) === undefined,
  );
  const more = unknown.size * pinsPerLine(runs.all());
  return Math.max(0, Math.round(pinned.length + more) - asked);
}

function unknownName(gap: Gap): readonly string[] {
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
