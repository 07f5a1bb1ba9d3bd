import { isDeepStrictEqual } from "node:util";
import { isRecord, parsedJson } from "../util/json.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { type KubernetesObject, kubernetesObject } from "./object.ts";
import { ClusterRefusal } from "./refusal.ts";
import { type ApiAnswer, type ApiRequest, type Patience, Transport } from "./transport.ts";
import { readWatch, type WatchEvent } from "./watch.ts";

/** A kind of object in one namespace; Argo's API group unless another is named. */
export interface Place {
  readonly namespace: string;
  readonly kind: "workflows" | "workflowtemplates";
}

/** What is sent: `metadata.name` is chosen before, so that a request can be repeated. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Readonly<
    Record<string, unknown>
  >;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What came of a creation. `existed`: one of this name and content was there already. */
export interface Created {
  readonly object: KubernetesObject;
  readonly existed: boolean;
  /** Whether what existed is what was to be created. */
  readonly same: boolean;
  readonly warnings: readonly string[];
}

export interface Listed {
  readonly items: readonly KubernetesObject[];
  /** Where a watch goes on. */
  readonly resourceVersion: string;
}

const manager = "thoth";
/** A page of a list; each object may be hundreds of kilobytes. */
const pageSize = "100";

/**
 * The calls that Thoth makes to the Kubernetes API. Each does no harm when repeated, and is
 * repeated where the server is busy or away. What is not expected is thrown as `ClusterRefusal`.
 */
export class KubernetesClient {
  readonly #transport: Transport;

  constructor(access: ClusterAccess, patience?: Partial<Patience>) {
    this.#transport = new Transport(access, patience);
  }

  close(): void {
    this.#transport.close();
  }

  /**
   * Creates, or finds that one of this name is there: after a 504 it may be, and then it counts as
   * created once it was compared. `dryRun` stores nothing.
   */
  async create(
    place: Place,
    manifest: Manifest,
    options: { readonly signal: AbortSignal; readonly query?: Readonly<Record<string, string>> },
  ): Promise<Created> {
    const { signal, query = {} } = options;
    const request: ApiRequest = {
      method: "POST",
      path: pathOf(place),
      query: { fieldManager: manager, ...query },
      body: manifest,
      what: `create ${place.kind} in ${place.namespace}`,
    };
    for (;;) {
      try {
        const answer = await this.#transport.send(request, signal);
        const object = objectIn(answer);
        return { object, existed: false, same: true, warnings: answer.warnings };
      } catch (error) {
        if (!(error instanceof ClusterRefusal) || error.reason !== "AlreadyExists") throw error;
        const object = await this.get(place, manifest.metadata.name, signal);
        // Gone in between: it can be created now
        if (object === undefined) continue;
        const same = isSame(object.spec, manifest.spec);
        return { object, existed: true, same, warnings: [] };
      }
    }
  }

  /** Undefined where it is not there. */
  async get(
    place: Place,
    name: string,
    signal: AbortSignal,
  ): Promise<KubernetesObject | undefined> {
    const what = `get ${place.kind} in ${place.namespace}`;
    const request: ApiRequest = { method: "GET", path: pathOf(place, name), what };
    const answer = await this.#found(request, signal);
    return answer === undefined ? undefined : objectIn(answer);
  }

  /** All that are selected, page by page; a list that is too old midway is begun again. */
  async list(place: Place, selection: Selection, signal: AbortSignal): Promise<Listed> {
    const what = `list ${place.kind} in ${place.namespace}`;
    const items: KubernetesObject[] = [];
    let token = "";
    for (let begun = 0; ; ) {
      const query = { ...selection, limit: pageSize, ...(token === "" ? {} : { continue: token }) };
      try {
        const answer = await this.#transport.send(
          { method: "GET", path: pathOf(place), query, what },
          signal,
        );
        const page = pageOf(answer);
        items.push(...page.items);
        if (page.next === "") return { items, resourceVersion: page.resourceVersion };
        token = page.next;
      } catch (error) {
        const expired = error instanceof ClusterRefusal && error.status === 410;
        if (!expired || begun >= 3) throw error;
        begun += 1;
        items.length = 0;
        token = "";
      }
    }
  }

  /** What changes after a resourceVersion, until the server ends the stream or `signal` does. */
  async *watch(
    place: Place,
    options: Selection & { readonly resourceVersion: string; readonly timeoutSeconds: number },
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void> {
    const { resourceVersion, timeoutSeconds, ...selection } = options;
    const request: ApiRequest = {
      method: "GET",
      path: pathOf(place),
      query: {
        ...selection,
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion,
        timeoutSeconds: String(timeoutSeconds),
      },
      what: `watch ${place.kind} in ${place.namespace}`,
    };
    yield* readWatch(this.#transport, request, { signal, timeoutSeconds });
  }

  /** "changed": another one has the name by now. */
  async remove(
    place: Place,
    { name, uid }: { readonly name: string; readonly uid: string },
    signal: AbortSignal,
  ): Promise<"deleted" | "gone" | "changed"> {
    const request: ApiRequest = {
      method: "DELETE",
      path: pathOf(place, name),
      body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } },
      what: `delete ${place.kind} in ${place.namespace}`,
    };
    try {
      return (await this.#found(request, signal)) === undefined ? "gone" : "deleted";
    } catch (error) {
      if (error instanceof ClusterRefusal && error.reason === "Conflict") return "changed";
      throw error;
    }
  }

  /** Asks the controller to end a workflow; `Stop` lets its exit handler run. Undefined: it is gone. */
  async shutDown(
    place: Place,
    name: string,
    options: { readonly how: "Stop" | "Terminate"; readonly signal: AbortSignal },
  ): Promise<KubernetesObject | undefined> {
    const request: ApiRequest = {
      method: "PATCH",
      path: pathOf(place, name),
      contentType: "application/merge-patch+json",
      body: { spec: { shutdown: options.how } },
      what: `patch ${place.kind} in ${place.namespace}`,
    };
    const answer = await this.#found(request, options.signal);
    return answer === undefined ? undefined : objectIn(answer);
  }

  /** Server-side apply: makes it, or makes it what the manifest says. */
  async apply(
    place: Place,
    manifest: Manifest,
    options: { readonly signal: AbortSignal; readonly query?: Readonly<Record<string, string>> },
  ): Promise<{ readonly object: KubernetesObject; readonly made: boolean }> {
    const answer = await this.#transport.send(
      {
        method: "PATCH",
        path: pathOf(place, manifest.metadata.name),
        query: { fieldManager: manager, ...options.query },
        // JSON is YAML, too
        contentType: "application/apply-patch+yaml",
        body: manifest,
        what: `apply ${place.kind} in ${place.namespace}`,
      },
      options.signal,
    );
    return { object: objectIn(answer), made: answer.status === 201 };
  }

  /** What the server says of itself, its API groups or somebody's rights, as JSON. */
  async ask(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    return parsedJson((await this.#transport.send(request, signal)).text);
  }

  /** Undefined for "not there"; that the server does not know the kind at all is thrown. */
  async #found(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer | undefined> {
    try {
      return await this.#transport.send(request, signal);
    } catch (error) {
      if (error instanceof ClusterRefusal && error.reason === "NotFound") return undefined;
      throw error;
    }
  }
}

function pathOf({ namespace, kind }: Place, name?: string): string {
  const all = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/${kind}`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}

function objectIn({ text }: ApiAnswer): KubernetesObject {
  return kubernetesObject(parsedJson(text));
}

function pageOf({ text }: ApiAnswer) {
  const list = parsedJson(text);
  if (!isRecord(list)) throw new TypeError("not a list of the API");
  const metadata = isRecord(list["metadata"]) ? list["metadata"] : {};
  const { continue: next, resourceVersion } = metadata;
  return {
    items: Array.isArray(list["items"]) ? list["items"].map(kubernetesObject) : [],
    next: typeof next === "string" ? next : "",
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : "",
  };
}

/** Whether all that was to be created is there; people may have added to it, e.g. a shutdown. */
function isSame(
  there: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(there[key], value));
}
