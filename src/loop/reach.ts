import { indexUrl } from "../model/release.ts";
import type { Task } from "../model/task.ts";
import type { Services } from "../wiring.ts";
import { type IndexSources, indexSources } from "./index-sources.ts";
import { type ProjectMeans, projectMeans } from "./project-means.ts";
import { withIndexes } from "./standalone.ts";

/** Projects change, and reading them takes a while. */
const lastsMs = 5000;

const nothing: ProjectMeans = { sources: new Map(), directUrls: new Map(), runtimes: [] };

/** What projects bring along, with the indexes of pip's configuration and those of messages. */
export interface Reached extends Omit<ProjectMeans, "sources"> {
  readonly sources: IndexSources;
}

/** How an investigator gets at what messages name: by pip's configuration, or as projects say. */
export class Reach {
  readonly #services: Services;
  #pip: IndexSources | undefined;
  #sources: IndexSources | undefined;
  #brought: { readonly means: ProjectMeans; readonly at: number } | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** The way to all that tasks name; the same sources as before, unless there are others now. */
  async of(tasks: readonly Task[], foreignRuntime: boolean): Promise<Reached> {
    this.#pip ??= await indexSources([], this.#services);
    const pip = this.#pip;
    const urls = tasks.flatMap(indexOf);
    const foreign = foreignRuntime || urls.some((url) => !pip.byUrl.has(indexUrl(url)));
    const needs = foreign || tasks.some(({ kind }) => kind === "learn-source");
    const { directUrls, runtimes, ...means } = needs ? await this.#means() : nothing;
    const byUrl = new Map([...(this.#sources?.byUrl ?? []), ...means.sources, ...pip.byUrl]);
    const wider = withIndexes({ ...pip, byUrl }, urls);
    if (this.#sources === undefined || !isSame(this.#sources, wider)) this.#sources = wider;
    return { sources: this.#sources, directUrls, runtimes };
  }

  /** Something failed: perhaps a project says better by now. */
  forget(): void {
    this.#brought = undefined;
  }

  async #means(): Promise<ProjectMeans> {
    const { now } = this.#services;
    if (this.#brought !== undefined && Math.abs(now() - this.#brought.at) < lastsMs)
      return this.#brought.means;
    const means = await projectMeans(this.#services);
    this.#brought = { means, at: now() };
    return means;
  }
}

function isSame(left: IndexSources, right: IndexSources): boolean {
  return (
    left.byUrl.size === right.byUrl.size &&
    [...left.byUrl].every(([url, { requestUrl, verifySsl }]) => {
      const other = right.byUrl.get(url);
      return other?.requestUrl === requestUrl && other.verifySsl === verifySsl;
    })
  );
}

function indexOf(task: Task): readonly string[] {
  if ("release" in task) return [task.release.index];
  return "index" in task ? [task.index] : [];
}
