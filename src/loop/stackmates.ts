import { indexUrl, type Release, releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import type { Bench } from "./bench.ts";
import { pinnedProject } from "./pinned-project.ts";
import { resolveDirectly } from "./resolve-directly.ts";

/** Releases to be tried out in one environment, with what they need besides. */
export interface Stackmates {
  readonly wanted: readonly Release[];
  readonly context: readonly Release[];
}

/**
 * Of these releases, those that one waiting run wants for one stack, where they do go together: one
 * environment for a stack costs a tenth of one for each pin, and it is what the user will have.
 */
export async function stackmates(
  bench: Bench,
  releases: readonly Release[],
): Promise<readonly Stackmates[]> {
  if (releases.length < 2) return [];
  const groups: Stackmates[] = [];
  let left = releases;
  for (const stack of waitingStacks(bench)) {
    const wanted = oneOfEachName(left.filter((release) => stack.has(keyOf(release))));
    if (wanted.length < 2) continue;
    const advice = await resolveDirectly(bench, pinnedProject(wanted, bench.sources.order));
    if (advice.outcome !== "locked") continue;
    groups.push({ wanted, context: [...advice.product.pins.values()].map((pin) => pin.release) });
    left = left.filter((release) => !wanted.includes(release));
  }
  return groups;
}

/** What each waiting run wants installed on the bench's runtime. */
function waitingStacks({ services, runtime }: Bench): readonly ReadonlySet<string>[] {
  return services.runs.waiting().map(({ waitingFor }) => {
    const keys = waitingFor.flatMap((message) => {
      if (message.type !== "unresolved_package" || message.solver !== runtime.id) return [];
      const { package_name, package_version, index_url } = message;
      if (package_version === null) return [];
      const name = packageName(package_name);
      return [keyOf({ name, version: package_version, index: indexUrl(index_url) })];
    });
    return new Set(keys);
  });
}

function oneOfEachName(releases: readonly Release[]): readonly Release[] {
  return [...new Map(releases.map((release) => [release.name, release])).values()];
}

function keyOf(release: Release): string {
  return `${release.index} ${releaseText(release)}`;
}
