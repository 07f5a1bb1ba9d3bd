import { loadConfiguration } from "../config.ts";
import type { IndexUrl } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { IndexSource } from "../package-index/index-source.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { type IndexSources, indexSources } from "./index-sources.ts";
import { projectManifest } from "./project-manifest.ts";
import { directUrls } from "./project-of.ts";
import { knownRuntimes } from "./runtime-choice.ts";

/** What messages may not carry: addresses with credentials, and runtimes that projects declare. */
export interface ProjectMeans {
  readonly sources: ReadonlyMap<IndexUrl, IndexSource>;
  /** All indexes of a project, in order of preference, by each of them. */
  readonly orders: ReadonlyMap<IndexUrl, IndexSources["order"]>;
  /** Addresses of git and url entries as Pipfiles have them, by the address without credentials. */
  readonly directUrls: ReadonlyMap<string, string>;
  readonly runtimes: readonly Runtime[];
}

export const noMeans: ProjectMeans = {
  ...{ sources: new Map(), orders: new Map(), directUrls: new Map() },
  runtimes: [],
};

/** The means of all projects whose advice waits, and of the watched ones, as they are now. */
export async function projectMeans(services: Services): Promise<ProjectMeans> {
  const means: ProjectMeans[] = [];
  for (const directory of projectsOf(services)) means.push(await meansOf(directory, services));
  // The first that knows something is heard
  const last = [...means].reverse();
  const runtimes = last.flatMap((one) =>
    one.runtimes.map((runtime) => [runtime.id, runtime] as const),
  );
  return {
    sources: new Map(last.flatMap(({ sources }) => [...sources])),
    orders: new Map(last.flatMap(({ orders }) => [...orders])),
    directUrls: new Map(last.flatMap(({ directUrls: urls }) => [...urls])),
    runtimes: [...new Map(runtimes).values()],
  };
}

function projectsOf({ runs, projects }: Services): ReadonlySet<string> {
  const waiting = runs.waiting().map(({ project }) => project);
  return new Set([...waiting, ...projects.all().map(({ directory }) => directory)]);
}

/** A project that can't be read has none; whoever advises on it will say why. */
async function meansOf(directory: string, services: Services): Promise<ProjectMeans> {
  try {
    const configuration = await loadConfiguration({
      flags: { store: services.configuration.storeDirectory },
      environment: services.environment,
      projectDirectory: directory,
    });
    const own = { ...services, configuration };
    const manifest = projectManifest(directory, directory, configuration);
    const { sources } = manifest.pipfile;
    const named = sources.length === 0 ? undefined : await indexSources(sources, own);
    return {
      sources: named?.byUrl ?? noMeans.sources,
      orders: new Map(named?.order.map((index) => [index, named.order])),
      directUrls: directUrls(manifest),
      runtimes: configuration.environments.length === 0 ? [] : await knownRuntimes(own),
    };
  } catch (error) {
    if (error instanceof ThothError) return noMeans;
    throw error;
  }
}
