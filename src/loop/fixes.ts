import type { Conflict, Product } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import type { PackageName } from "../python/name.ts";
import { anyVersion } from "../python/version-range.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { resolveDirectly } from "./resolve-directly.ts";

/** A conflict has little patience: few changes are tried, for a short while. */
const mostTried = 4;
const patienceMs = 10_000;

/** Changes of the Pipfile that were tried by resolving again and work, as sentences. */
export async function fixesOf(
  bench: Bench,
  project: Project,
  conflict: Conflict,
): Promise<readonly string[]> {
  const fixes: string[] = [];
  const deadline = bench.services.now() + patienceMs;
  for (const culprit of conflict.culprits.slice(0, mostTried)) {
    if (bench.services.now() > deadline) break;
    const lines = project.requirements.filter(({ name }) => name === culprit);
    const [line] = lines;
    if (line === undefined || lines.every(({ specifier }) => specifier === "")) continue;
    const product = await resolved(bench, relaxed(project, culprit));
    if (product === undefined) continue;
    const versions = conflict.culprits.flatMap((name) => {
      const pin = product.pins.get(name);
      return pin === undefined ? [] : [`${name} ${pin.release.version}`];
    });
    fixes.push(`${line.spelling} = "*" (${line.where}) resolves: ${versions.join(", ")}`);
  }
  return fixes;
}

/** The project with every line of one package open to any version. */
function relaxed(project: Project, culprit: PackageName): Project {
  const requirements = project.requirements.map((requirement) =>
    requirement.name === culprit
      ? { ...requirement, range: anyVersion, specifier: "" }
      : requirement,
  );
  return { ...project, requirements };
}

async function resolved(bench: Bench, project: Project): Promise<Product | undefined> {
  try {
    const advice = await resolveDirectly(
      bench,
      project,
      bench.services.configuration.recommendationType,
    );
    return advice.outcome === "locked" ? advice.product : undefined;
  } catch (error) {
    // A fix that can't be tried is not offered; the conflict itself stands
    if (error instanceof ThothError) return undefined;
    throw error;
  }
}
