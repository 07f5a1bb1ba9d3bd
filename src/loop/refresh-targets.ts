import type { IndexSource } from "../package-index/index-source.ts";
import type { PackageName } from "../python/name.ts";
import type { Services } from "../wiring.ts";
import { indexSources } from "./index-sources.ts";
import { projectMeans } from "./project-means.ts";
import { withIndexes } from "./standalone.ts";
import { lockedNames } from "./watched-lock.ts";

/** What a refresh looks at. */
export interface RefreshScope {
  /** These packages; none: all that the store knows. */
  readonly names: readonly PackageName[];
  /** Those that watched projects are locked to, in place of all. */
  readonly projects: boolean;
}

/** One package on one index, and how to reach that. */
export interface RefreshTarget {
  readonly name: PackageName;
  readonly source: IndexSource;
}

/**
 * The packages to look at, each on every index that the store knows it from, else on the index
 * that is configured. Indexes are reached as the watched projects reach them.
 */
export async function refreshTargets(
  services: Services,
  scope: RefreshScope,
): Promise<readonly RefreshTarget[]> {
  const { store } = services;
  const configured = await indexSources([], services);
  // With their credentials, which the store does not keep
  const { sources } = await projectMeans(services);
  const listed =
    scope.names.length === 0 && !scope.projects
      ? store.packages()
      : wantedNames(services, scope).flatMap((name) => {
          const known = store.indexes(name);
          return (known.length === 0 ? [configured.order[0]] : known).map((index) => ({
            name,
            index,
          }));
        });
  const known = { ...configured, byUrl: new Map([...sources, ...configured.byUrl]) };
  const { byUrl } = withIndexes(known, new Set(listed.map(({ index }) => index)));
  return listed.flatMap(({ name, index }) => {
    const source = byUrl.get(index);
    return source === undefined ? [] : [{ name, source }];
  });
}

function wantedNames(services: Services, { names, projects }: RefreshScope): PackageName[] {
  const locked = projects
    ? services.projects.all().flatMap((project) => [...lockedNames(project)])
    : [];
  return [...new Set([...names, ...locked])].sort();
}
