import { withLockedStandIns } from "../adviser/prescribed/stand-ins.ts";
import { stackGraph } from "../adviser/stack-graph.ts";
import type { LockedStack } from "../adviser/why-not.ts";
import type { LockedPin } from "../model/stack-graph.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { type PipfileLock, pinnedVersion } from "../python/pipfile-lock.ts";
import type { Services } from "../wiring.ts";
import { adviceContext } from "./advice-context.ts";
import { type AdviceQuestion, adviceQuestion } from "./advice-question.ts";
import { readLockedProject } from "./locked-project.ts";

/** A lock that questions are put to, with what it was made of. */
export interface OpenedLock extends LockedStack {
  readonly question: AdviceQuestion;
}

/**
 * The lock of a project with what is known of it, asking nobody and writing nothing. Throws as
 * `readLockedProject`, and as the choice of index and runtime does.
 */
export async function openLock(
  directory: string,
  from: string,
  services: Services,
): Promise<OpenedLock> {
  const project = readLockedProject(directory, from, services);
  const question = await adviceQuestion(project, services, { dev: true, upgrade: new Set() });
  const pins = lockedPins(project.lock);
  const locked = new Map<PackageName, string>();
  for (const { name, version } of pins) if (version !== undefined) locked.set(name, version);
  const context = withLockedStandIns(adviceContext(question), locked);
  return { context, graph: stackGraph(context, pins), locked, question };
}

const categoryNames: Readonly<Record<string, string>> = {
  default: "packages",
  develop: "dev-packages",
};

/** Each package of a lock once, with the Pipfile's names of the categories that have it. */
export function lockedPins({ categories }: PipfileLock): readonly LockedPin[] {
  const pins = new Map<PackageName, LockedPin>();
  for (const [category, entries] of categories) {
    const own = categoryNames[category] ?? category;
    for (const [raw, entry] of entries) {
      const name = packageName(raw);
      const version = pinnedVersion(entry)?.text;
      const before = pins.get(name);
      pins.set(name, {
        name,
        version: before?.version ?? version,
        categories: [...(before?.categories ?? []), own],
      });
    }
  }
  return [...pins.values()];
}
