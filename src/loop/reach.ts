import { type IndexUrl, indexUrl } from "../model/release.ts";
import type { Task } from "../model/task.ts";
import type { Services } from "../wiring.ts";
import { type IndexSources, indexSources } from "./index-sources.ts";
import { noMeans, type ProjectMeans, projectMeans } from "./project-means.ts";
import { withIndexes } from "./standalone.ts";

/** Projects change, and reading them takes a while. */
const lastsMs = 5000;

/** What a task's work may use: indexes in order of preference, and what projects bring along. */
export interface Reached extends Pick<ProjectMeans, "directUrls" | "runtimes"> {
  readonly sources: IndexSources;
}

/** How an investigator gets at what messages name: by pip's configuration, or as projects say. */
export class Reach {
  readonly #services: Services;
  readonly #known = new Map<string, IndexSources>();
  #pip: IndexSources | undefined;
  #brought: { readonly means: ProjectMeans; readonly at: number } | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** The way to what a task names; the same sources as before, unless there are others now. */
  async of(task: Task, foreignRuntime: boolean): Promise<Reached> {
    this.#pip ??= await indexSources([], this.#services);
    const index = indexOf(task);
    const foreign = index !== undefined && !this.#pip.byUrl.has(index);
    const needs = foreign || foreignRuntime || task.kind === "learn-source";
    const means = needs ? await this.#means() : noMeans;
    const { directUrls, runtimes } = means;
    return { sources: foreign ? this.#own(index, means) : this.#pip, directUrls, runtimes };
  }

  /** Something failed: perhaps a project says better by now. */
  forget(): void {
    this.#brought = undefined;
  }

  /**
   * The indexes of the project that names this one; alone where none does: what its releases need
   * is not looked for, and not told, elsewhere.
   */
  #own(index: IndexUrl, { sources, orders }: ProjectMeans): IndexSources {
    const order = orders.get(index) ?? [index];
    const own = [...sources].filter(([url]) => order.includes(url));
    const bare = { byUrl: new Map(own), order, byName: new Map(), defaultUrl: undefined };
    const wider = withIndexes(bare, order);
    const key = order.join(" ");
    const before = this.#known.get(key);
    if (before !== undefined && isSame(before, wider)) return before;
    this.#known.set(key, wider);
    return wider;
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

/** The index that a task's work belongs to, if it belongs to one. */
export function indexOf(task: Task): IndexUrl | undefined {
  if ("release" in task) return indexUrl(task.release.index);
  return "index" in task ? indexUrl(task.index) : undefined;
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
