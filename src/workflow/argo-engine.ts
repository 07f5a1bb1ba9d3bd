import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { laneOfTask } from "../model/lane.ts";
import type { Task, TaskResult } from "../model/task.ts";
import { ThothError } from "../util/errors.ts";
import { checkArguments } from "./argo-arguments.ts";
import {
  groupsOf,
  manifestOf,
  namespaceOf,
  ownSelector,
  type Tasks,
  templateOf,
} from "./argo-manifest.ts";
import { workflowName } from "./argo-names.ts";
import { failure, resultsOf } from "./argo-results.ts";
import { WorkflowWatch } from "./argo-watch.ts";
import type { ArgoSettings } from "./cluster-settings.ts";
import type { Engine } from "./engine.ts";
import { taskKey, tasksText } from "./task-text.ts";

/** Where an Argo engine runs what. */
export interface ArgoOptions extends Omit<ArgoSettings, "kubeconfig" | "context"> {
  readonly client: KubernetesClient;
  readonly signal: AbortSignal;
  /** Of one watch; the server ends it then. */
  readonly watchSeconds?: number;
  readonly betweenListsMs?: number;
  /** ms since the epoch. */
  readonly now: () => number;
}

type Kind = Task["kind"];

const templateFreshMs = 60_000;
/** How often tasks are run again whose workflow was deleted or killed; each of a killed group runs alone. */
const mostAttempts = 3;
/** Tries of the same tasks that are remembered in the cluster until their time to live is over. */
const mostOfOneName = 50;

/**
 * Runs tasks as Argo workflows, those of a kind that come together in one; what only writes down
 * what is known stays in this process. What a task learns goes from its pod to the knowledge that
 * all share, what follows to the queue; here only how it ended is heard of.
 */
export function argoEngine(here: Engine, options: ArgoOptions): Engine {
  return new ArgoEngine(here, options);
}

/** A workflow that is waited for, with those of its tasks that are waited for. */
interface Work {
  readonly watch: WorkflowWatch;
  readonly name: string;
  readonly uid: string;
  readonly tasks: readonly Task[];
  /** `taskKey` of all tasks of the workflow, in its order. */
  readonly keys: readonly string[];
}

class ArgoEngine implements Engine {
  readonly #here: Engine;
  readonly #options: ArgoOptions;
  readonly #watches = new Map<string, WorkflowWatch>();
  readonly #templates = new Map<
    string,
    { readonly at: number; readonly found: KubernetesObject }
  >();
  readonly #work = new Set<Work>();

  constructor(here: Engine, options: ArgoOptions) {
    this.#here = here;
    this.#options = options;
  }

  async run(tasks: readonly Task[]): Promise<readonly TaskResult[]> {
    const results = new Map<Task, TaskResult>();
    const { lanes } = this.#options;
    const isOutside = ({ kind }: Task) =>
      templateOf(kind) !== undefined && lanes.includes(laneOfTask[kind]);
    const own = tasks.filter((task) => !isOutside(task));
    const [answers] = await Promise.all([
      own.length === 0 ? [] : this.#here.run(own),
      ...groupsOf(tasks.filter(isOutside)).map((group) => this.#runGroup(group, results)),
    ]);
    for (const [position, task] of own.entries()) {
      const answer = answers[position];
      if (answer !== undefined) results.set(task, answer);
    }
    return tasks.map((task) => results.get(task) ?? failure(`${task.kind} was not run`));
  }

  async pending(): Promise<number> {
    let waiting = (await this.#here.pending?.()) ?? 0;
    for (const { watch, name, tasks } of this.#work)
      if (watch.isWaiting(name)) waiting += tasks.length;
    return waiting;
  }

  /** What cannot be run fails for all that have no result yet. */
  async #runGroup(group: Tasks, results: Map<Task, TaskResult>): Promise<void> {
    try {
      await this.#runSome(group, results, 1);
    } catch (cause) {
      for (const task of group) if (!results.has(task)) results.set(task, failure(cause));
    }
  }

  /** What of a group runs already is waited for; the rest becomes a workflow. */
  async #runSome(group: Tasks, results: Map<Task, TaskResult>, attempt: number): Promise<void> {
    const watch = this.#watchFor(group[0].kind);
    await watch.ready();
    const carried = new Map<string, Work & { readonly tasks: Task[] }>();
    const fresh: Task[] = [];
    for (const task of group) {
      const carrier = watch.carrierOf(taskKey(task));
      if (carrier === undefined) fresh.push(task);
      else {
        const work = carried.get(carrier.name) ?? { watch, ...carrier, tasks: [] };
        work.tasks.push(task);
        carried.set(carrier.name, work);
      }
    }
    const works: (Work | Promise<Work>)[] = [...carried.values()];
    if (isSome(fresh)) works.push(this.#submit(watch, fresh));
    const left = await Promise.all(works.map(async (work) => this.#finish(await work, results)));
    const again = left.flat();
    if (again.length > 0 && attempt >= mostAttempts) {
      throw new ThothError("cluster-refused", "workflows are deleted before they end", {
        hint: "see who deletes them; `ttlStrategy` counts from their end",
      });
    }
    await Promise.all(again.map((tasks) => this.#runSome(tasks, results, attempt + 1)));
  }

  /** Waits for the end of a workflow and says what it means for these tasks. Returns groups to be run again. */
  async #finish(work: Work, results: Map<Task, TaskResult>): Promise<readonly Tasks[]> {
    const { watch, name, uid, tasks, keys } = work;
    this.#work.add(work);
    try {
      const ending = await watch.ended(name, uid);
      const ends = resultsOf(ending, { name, tasks: keys.length });
      if (ends === "gone") return isSome(tasks) ? [tasks] : [];
      // One by one, the one that kills its workflow kills no other
      if (ends === "unclear") return tasks.map((task): Tasks => [task]);
      for (const task of tasks) {
        const end = ends[keys.indexOf(taskKey(task))];
        if (end !== undefined) results.set(task, end);
      }
      return [];
    } finally {
      this.#work.delete(work);
    }
  }

  /**
   * Makes a workflow, or takes the one that was made meanwhile. A name is never used twice: Argo
   * would take the end of the first one's pod for that of the second.
   */
  async #submit(watch: WorkflowWatch, tasks: Tasks): Promise<Work> {
    const { client, signal } = this.#options;
    const [{ kind }] = tasks;
    const place = this.#placeOf(kind);
    const given = await this.#arguments(tasks);
    const base = workflowName(tasks);
    for (let number = 1; number <= mostOfOneName; number += 1) {
      const name = number === 1 ? base : `${base}-${number}`;
      if (watch.wasSeen(name)) continue;
      const manifest = manifestOf({ name, namespace: place.namespace, tasks, given });
      const { object, existed, same } = await client.create(place, manifest, { signal });
      watch.noteCreated(object);
      if (!existed || (same && watch.isUnfinished(name)))
        return { watch, name, uid: object.uid, tasks, keys: tasks.map(taskKey) };
    }
    const hint = `look at them: \`kubectl -n ${place.namespace} get workflows\``;
    throw new ThothError("cluster-refused", `too many workflows are called \`${base}\``, { hint });
  }

  async #arguments(tasks: Tasks): Promise<Readonly<Record<string, string>>> {
    const { image } = this.#options;
    const [{ kind }] = tasks;
    const given = { kind, tasks: tasksText(tasks), ...(image === undefined ? {} : { image }) };
    checkArguments(await this.#template(kind), given);
    return given;
  }

  async #template(kind: Kind): Promise<KubernetesObject> {
    const { client, signal, now } = this.#options;
    const name = templateOf(kind) ?? "";
    const known = this.#templates.get(name);
    if (known !== undefined && Math.abs(now() - known.at) < templateFreshMs) return known.found;
    const { namespace } = this.#placeOf(kind);
    const place = { namespace, kind: "workflowtemplates" } as const;
    const found = await client.get(place, name, signal);
    if (found === undefined) {
      const message = `the WorkflowTemplate \`${name}\` is not in the namespace ${namespace}`;
      throw new ThothError("cluster-refused", message, {
        hint: "apply those of this version of Thoth: `kubectl apply -k deploy/argo`",
      });
    }
    this.#templates.set(name, { at: now(), found });
    return found;
  }

  #placeOf(kind: Kind) {
    return { namespace: namespaceOf(kind, this.#options), kind: "workflows" } as const;
  }

  #watchFor(kind: Kind): WorkflowWatch {
    const place = this.#placeOf(kind);
    const known = this.#watches.get(place.namespace);
    if (known !== undefined) return known;
    const { client, signal, watchSeconds = 300, betweenListsMs = 1000 } = this.#options;
    const watch = new WorkflowWatch({
      client,
      place,
      labelSelector: ownSelector,
      signal,
      timeoutSeconds: watchSeconds,
      betweenListsMs,
    });
    this.#watches.set(place.namespace, watch);
    return watch;
  }
}

function isSome(tasks: readonly Task[]): tasks is Tasks {
  return tasks.length > 0;
}
