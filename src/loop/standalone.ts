import { indexUrl } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import { indexSource } from "../package-index/index-source.ts";
import type { Services } from "../wiring.ts";
import type { Bench } from "./bench.ts";
import { type IndexSources, indexSources } from "./index-sources.ts";
import { openBench } from "./open-bench.ts";
import { ownProject } from "./own-project.ts";
import { chooseRuntime } from "./runtime-choice.ts";

/** A bench without a Pipfile: pip's index, and the runtime that flags or `python3` name. */
export async function standaloneBench(services: Services, runtime?: Runtime): Promise<Bench> {
  const sources = await indexSources([], services);
  const chosen = runtime ?? (await chooseRuntime(services, { written: {} }));
  return openBench({ services, runtime: chosen, sources, project: ownProject([], sources.order) });
}

/** Sources that also reach indexes named only in messages; those carry no credentials. */
export function withIndexes(sources: IndexSources, urls: Iterable<string>): IndexSources {
  const byUrl = new Map(sources.byUrl);
  for (const url of urls) {
    const index = indexUrl(url);
    if (!byUrl.has(index) && /^https?:\/\//.test(index)) byUrl.set(index, indexSource(index));
  }
  return { ...sources, byUrl };
}
