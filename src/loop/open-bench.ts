import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { rankTags } from "../python/tags.ts";
import { Learner } from "../solver/learner.ts";
import type { Services } from "../wiring.ts";
import { announceChanges } from "./announce-changes.ts";
import type { Bench } from "./bench.ts";
import { BuildEnvironments } from "./build-environments.ts";
import { projectFrontier } from "./frontiers.ts";
import type { IndexSources } from "./index-sources.ts";
import { buildMetadata } from "./source-builds.ts";

/** What a bench is set up for. */
export interface BenchOptions {
  readonly services: Services;
  readonly runtime: Runtime;
  readonly sources: IndexSources;
  /** Guides what is fetched ahead. */
  readonly project: Project;
  readonly directUrls?: ReadonlyMap<string, string>;
}

/** Sets up a bench; nothing is fetched or run yet. */
export function openBench(options: BenchOptions): Bench {
  const { services, runtime, sources, project, directUrls = new Map() } = options;
  const ranks = rankTags(runtime.tags);
  const environments = new BuildEnvironments();
  const learner = new Learner({
    client: services.client,
    store: services.store,
    runtime,
    ranks,
    sources: sources.byUrl,
    signal: services.signal,
    now: services.now,
    onChanges: async (changes) => {
      await announceChanges(services, changes, "watched");
    },
    build: (release, file) => buildMetadata(bench, release, file),
    onLearnt: (what) => services.emit({ type: "learnt", what }),
  });
  const bench: Bench = {
    services,
    runtime,
    ranks,
    sources,
    learner,
    directUrls,
    buildWheels: (lines) => environments.wheels(bench, lines),
    frontier: projectFrontier({ learner, sources }, project),
    stack: undefined,
  };
  return bench;
}
