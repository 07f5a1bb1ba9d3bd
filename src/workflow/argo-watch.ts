import type { KubernetesClient, Place } from "../kubernetes/client.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { ClusterRefusal } from "../kubernetes/refusal.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { pause } from "../util/pause.ts";
import { type Outcome, outcomeOf } from "./argo-outcome.ts";
import { taskKey } from "./task-text.ts";

const mostGone = 10_000;

/** How a workflow's work ended, or that the workflow is gone, which says nothing of its work. */
export type Ending =
  | Exclude<Outcome, { state: "waiting" | "running" }>
  | { readonly state: "gone" };

/** A workflow as it was last seen. */
interface Seen {
  readonly uid: string;
  readonly outcome: Outcome;
  /** `taskKey` of each of its tasks, in order; none once it has ended. */
  readonly keys: readonly string[];
}

interface Waiter {
  readonly uid: string;
  readonly resolve: (ending: Ending) => void;
  readonly reject: (cause: unknown) => void;
}

export interface WatchOptions {
  readonly client: KubernetesClient;
  readonly place: Place;
  /** Of the workflows that this program makes. */
  readonly labelSelector: string;
  readonly signal: AbortSignal;
  /** How long the server leaves a stream open. */
  readonly timeoutSeconds: number;
  /** Between two lists at least, ms. */
  readonly betweenListsMs: number;
}

/**
 * What the workflows of one namespace are at: one list, then one watch for all of them. Silence
 * says nothing, so after a stream without a word, and after any doubt, all are listed again.
 */
export class WorkflowWatch {
  readonly #options: WatchOptions;
  readonly #seen = new Map<string, Seen>();
  /** Names of deleted ones whose pods may still be there. */
  readonly #gone = new Set<string>();
  readonly #waiters = new Map<string, Waiter[]>();
  #listed: Promise<void> | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Resolves once it is known what runs. Throws what the cluster refuses. */
  ready(): Promise<void> {
    this.#listed ??= this.#begin();
    return this.#listed;
  }

  /** The unfinished workflow that does this task already, with the keys of all its tasks. */
  carrierOf(key: string): (Pick<Seen, "uid" | "keys"> & { readonly name: string }) | undefined {
    for (const [name, { uid, keys }] of this.#seen)
      if (keys.includes(key)) return { name, uid, keys };
    return undefined;
  }

  /** Whether one of this name is there, or was while this process looked on. */
  wasSeen(name: string): boolean {
    return this.#seen.has(name) || this.#gone.has(name);
  }

  isUnfinished(name: string): boolean {
    const seen = this.#seen.get(name);
    return seen !== undefined && isUnfinished(seen.outcome);
  }

  /** Whether nothing of it runs yet. */
  isWaiting(name: string): boolean {
    const state = this.#seen.get(name)?.outcome.state;
    return state === undefined || state === "waiting";
  }

  /** A workflow as a creation answered it. */
  noteCreated(workflow: KubernetesObject): void {
    if (this.#seen.get(workflow.name)?.uid !== workflow.uid)
      this.#seen.set(workflow.name, seenOf(workflow));
  }

  /** Resolves when the work of this very workflow has ended. */
  ended(name: string, uid: string): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(name) ?? [];
      this.#waiters.set(name, [...waiters, { uid, resolve, reject }]);
      this.#settle(name);
    });
  }

  async #begin(): Promise<void> {
    const { signal } = this.#options;
    try {
      const from = await this.#list();
      // Goes on by itself; who waits hears of its failure
      this.#follow(from).catch((cause: unknown) => this.#fail(cause));
    } catch (cause) {
      this.#listed = undefined;
      signal.throwIfAborted();
      throw cause;
    }
  }

  /** Streams, one after the other, with a list wherever the next can't go on from the last. */
  async #follow(from: string): Promise<void> {
    const { signal, betweenListsMs } = this.#options;
    let version = from;
    for (;;) {
      version = await this.#stream(version);
      if (signal.aborted) throw signal.reason;
      if (version !== "") continue;
      await pause(betweenListsMs, signal);
      version = await this.#list();
    }
  }

  /** Where the next stream goes on; "" where only a list helps. */
  async #stream(from: string): Promise<string> {
    const { client, place, labelSelector, signal, timeoutSeconds } = this.#options;
    const options = { labelSelector, resourceVersion: from, timeoutSeconds };
    let version = "";
    try {
      for await (const event of client.watch(place, options, signal)) {
        if (event.type === "BOOKMARK") version = event.resourceVersion;
        else {
          version = event.object.resourceVersion;
          this.#take(event.object, event.type === "DELETED");
        }
      }
    } catch (error) {
      // Too old, a version that the server does not take, a server that is away: a list tells
      if (!(error instanceof ClusterRefusal)) throw error;
      return "";
    }
    return version;
  }

  async #list(): Promise<string> {
    const { client, place, labelSelector, signal } = this.#options;
    // What is created while the server makes the list need not be in it
    const before = new Map(this.#seen);
    const { items, resourceVersion } = await client.list(place, { labelSelector }, signal);
    const there = new Set(items.map(({ uid }) => uid));
    for (const item of items) this.#take(item, false);
    for (const [name, { uid }] of before) {
      if (!there.has(uid) && this.#seen.get(name)?.uid === uid) {
        this.#forget(name, uid);
      }
    }
    return resourceVersion;
  }

  #take(workflow: KubernetesObject, deleted: boolean): void {
    const { name, uid } = workflow;
    this.#seen.set(name, seenOf(workflow));
    this.#settle(name);
    if (deleted) this.#forget(name, uid);
  }

  /** One that is gone; it has not failed. */
  #forget(name: string, uid: string): void {
    this.#seen.delete(name);
    if (this.#gone.size >= mostGone) this.#gone.clear();
    this.#gone.add(name);
    this.#end(name, uid, { state: "gone" });
  }

  #settle(name: string): void {
    const seen = this.#seen.get(name);
    if (seen === undefined) return;
    const { uid, outcome } = seen;
    if (outcome.state !== "waiting" && outcome.state !== "running") this.#end(name, uid, outcome);
  }

  #end(name: string, uid: string, ending: Ending): void {
    const waiters = this.#waiters.get(name) ?? [];
    const others = waiters.filter((waiter) => waiter.uid !== uid);
    if (others.length > 0) this.#waiters.set(name, others);
    else this.#waiters.delete(name);
    for (const waiter of waiters) if (waiter.uid === uid) waiter.resolve(ending);
  }

  /** Nothing is known any more: who waits is told, and whoever asks next begins anew. */
  #fail(cause: unknown): void {
    this.#listed = undefined;
    this.#seen.clear();
    const waiters = [...this.#waiters.values()].flat();
    this.#waiters.clear();
    for (const { reject } of waiters) reject(cause);
  }
}

function isUnfinished({ state }: Outcome): boolean {
  return state === "waiting" || state === "running";
}

function seenOf(workflow: KubernetesObject): Seen {
  const { uid } = workflow;
  const outcome = outcomeOf(workflow);
  return { uid, outcome, keys: isUnfinished(outcome) ? keysIn(workflow) : [] };
}

/** The tasks that a workflow was given. */
function keysIn({ spec }: KubernetesObject): readonly string[] {
  const given = isRecord(spec["arguments"]) ? spec["arguments"]["parameters"] : undefined;
  const parameter = (Array.isArray(given) ? given : []).find(
    (one: unknown) => isRecord(one) && one["name"] === "tasks",
  );
  const tasks = isRecord(parameter) ? parsedJson(String(parameter["value"])) : undefined;
  return Array.isArray(tasks) ? tasks.map(taskKey) : [];
}
