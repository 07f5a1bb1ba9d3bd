import { expect, test } from "vitest";
import { recording, recordings, standInCluster } from "../../fixtures/argo-stand-in.ts";
import { isRecord } from "../util/json.ts";
import { KubernetesClient, type Manifest, type Place } from "./client.ts";
import type { KubernetesObject } from "./object.ts";
import { ClusterRefusal } from "./refusal.ts";
import type { WatchEvent } from "./watch.ts";

const signal = AbortSignal.timeout(20_000);
const token = "a-token-that-nobody-may-see";

/** What the client makes of one recording, in a line; words of the server stand after the colon. */
async function replayed(name: string): Promise<string> {
  const { request } = recording(name);
  const cluster = await standInCluster([name, ...followUps(name)]);
  const access = { server: cluster.server, origin: "a test", token: () => token };
  const client = new KubernetesClient(access, { waitsMs: [] });
  try {
    return await call(client, request);
  } catch (error) {
    if (!(error instanceof ClusterRefusal)) throw error;
    expect(`${error.message} ${error.hint}`).not.toContain(token);
    expect(error.hint).not.toBe("");
    const causes = error.causes.length === 0 ? "" : ` (${error.causes.join(", ")})`;
    return `${error.code} ${error.status} ${error.reason}${causes}`.trimEnd();
  } finally {
    client.close();
    const [sent] = cluster.requests;
    expect(sent).toMatchObject({ method: request.method, path: request.path });
    expect(sent?.headers.authorization).toBe(`Bearer ${token}`);
  }
}

/** What the client is answered where it asks on. */
function followUps(name: string): readonly string[] {
  if (name === "workflow-list-page-1") return ["workflow-list-page-2", "workflow-list-empty"];
  // A list that is too old is begun again
  if (recording(name).response.status === 410) return ["workflow-list"];
  if (name.startsWith("workflow-list")) return ["workflow-list-empty"];
  // Where a creation finds its name taken, the client looks at what has it
  return ["workflow-get-new"];
}

type Recorded = ReturnType<typeof recording>["request"];

async function call(client: KubernetesClient, request: Recorded): Promise<string> {
  const { method, path, body } = request;
  const place = placeOf(path);
  if (place === undefined)
    return saidBy(await client.ask({ method, path, body, what: "ask" }, signal));
  const name = path.split("/")[7] ?? "";
  const calls = { GET: read, POST: create, PATCH: patch, DELETE: remove };
  return calls[method](client, { ...request, place, name });
}

type Asked = Recorded & { readonly place: Place; readonly name: string };

async function create(client: KubernetesClient, { place, body, query }: Asked): Promise<string> {
  const made = await client.create(place, manifestOf(body), { signal, query });
  const warned = made.warnings.length === 0 ? "" : `, warned: ${made.warnings.join(", ")}`;
  const how = made.existed ? `existed, ${made.same ? "the same" : "another"}:` : "created";
  return `${how} ${told(made.object)}${warned}`;
}

async function remove(client: KubernetesClient, { place, name, body }: Asked): Promise<string> {
  const preconditions = isRecord(body) ? body["preconditions"] : undefined;
  const uid = isRecord(preconditions) ? String(preconditions["uid"]) : "uid";
  return client.remove(place, { name, uid }, signal);
}

async function patch(client: KubernetesClient, asked: Asked): Promise<string> {
  const { place, name, body, query } = asked;
  const text = JSON.stringify(body);
  if (text.includes("shutdown")) {
    const how = text.includes("Stop") ? "Stop" : "Terminate";
    const stopped = await client.shutDown(place, name, { how, signal });
    return stopped === undefined ? "not there" : `asked to end: ${told(stopped)}`;
  }
  const { object, made } = await client.apply(place, manifestOf(body), { signal, query });
  return `${made ? "made" : "applied"} ${object.name} at ${object.resourceVersion}`;
}

async function read(client: KubernetesClient, { place, name, query }: Asked): Promise<string> {
  if (name !== "") {
    const found = await client.get(place, name, signal);
    return found === undefined ? "not there" : `found ${told(found)}`;
  }
  if (query["watch"] === undefined) {
    const { items, resourceVersion } = await client.list(place, {}, signal);
    const last = items.length === 0 ? "" : ` to ${items.at(-1)?.name}`;
    return `listed ${items.length}${last} at ${resourceVersion}`;
  }
  const events: string[] = [];
  const options = { resourceVersion: query["resourceVersion"] ?? "", timeoutSeconds: 5 };
  for await (const event of client.watch(place, options, signal)) events.push(eventText(event));
  // Steps are merged when the controller is quicker: what counts is the first and the last
  return events.length === 0 ? "watched nothing" : `watched to ${events.at(-1)}`;
}

function placeOf(path: string): Place | undefined {
  const [, , , , , namespace, kind] = path.split("/");
  return namespace !== undefined && (kind === "workflows" || kind === "workflowtemplates")
    ? { namespace, kind }
    : undefined;
}

function manifestOf(body: unknown): Manifest {
  const given: Partial<Manifest> = isRecord(body) ? body : {};
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    ...given,
    metadata: { ...given.metadata, name: given.metadata?.name ?? "thoth-solver" },
    spec: given.spec ?? {},
  };
}

function told({ name, status }: KubernetesObject): string {
  return `${name} ${String(status?.["phase"] ?? "new")}`;
}

function eventText(event: WatchEvent): string {
  if (event.type === "BOOKMARK") return `BOOKMARK ${event.resourceVersion}`;
  return `${event.type} ${told(event.object)}`;
}

/** Of answers that are no object of the API. */
function saidBy(answer: unknown): string {
  if (!isRecord(answer)) return "no JSON";
  const { status, resources, gitVersion } = answer;
  if (Array.isArray(resources)) return `kinds: ${resources.map(({ name }) => name).join(", ")}`;
  if (isRecord(status)) return `allowed: ${String(status["allowed"] ?? false)}`;
  return String(gitVersion);
}

const outcomes: Readonly<Record<string, string>> = {
  "access-review-allowed": "allowed: true",
  "access-review-denied": "allowed: false",
  anonymous: "cluster-refused 403 Forbidden",
  "argo-not-installed": "cluster-refused 404",
  "create-after-timeout": "existed, the same: solve-flask-3.0.3-5f0c1a2b new",
  "create-dry-run": "created solve-flask-3.0.3-5f0c1a2b new",
  "create-namespace-missing": "cluster-refused 404 NotFound",
  "create-not-json": "cluster-refused 400 BadRequest",
  "create-strict-bad-label-full": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-strict-bad-label-minimal": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-strict-bad-name-full": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-strict-bad-name-minimal": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-strict-empty-value-full": "created solve-invalid new",
  "create-strict-empty-value-minimal": "created solve-invalid new",
  "create-strict-long-label-full": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-strict-long-label-minimal": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-strict-no-name-full": "cluster-refused 422 Invalid (FieldValueRequired)",
  "create-strict-no-name-minimal": "cluster-refused 422 Invalid (FieldValueRequired)",
  "create-strict-no-spec-full": "cluster-refused 422 Invalid (FieldValueRequired)",
  "create-strict-no-spec-minimal": "cluster-refused 422 Invalid (FieldValueRequired)",
  "create-strict-unknown-field-full": "cluster-refused 400 BadRequest",
  "create-strict-unknown-field-minimal": "created solve-invalid new",
  "create-strict-unknown-metadata-field-full": "cluster-refused 400 BadRequest",
  "create-strict-unknown-metadata-field-minimal": "cluster-refused 400 BadRequest",
  "create-strict-wrong-type-full": "cluster-refused 422 Invalid (FieldValueTypeInvalid)",
  "create-strict-wrong-type-minimal": "created solve-invalid new",
  "create-timeout": "cluster-unreachable 504 Timeout",
  "create-warns": 'created solve-invalid new, warned: unknown field "metadata.label"',
  "create-wrong-kind": "cluster-refused 422 Invalid (FieldValueInvalid)",
  "create-wrong-media-type": "cluster-refused 415 UnsupportedMediaType",
  "create-wrong-namespace": "cluster-refused 400 BadRequest",
  discovery:
    "kinds: workflowartifactgctasks, workflowartifactgctasks/status, workflows, workflowtasksets, workflowtasksets/status, clusterworkflowtemplates, cronworkflows, workfloweventbindings, workflowtaskresults, workflowtemplates",
  "forbidden-create": "cluster-refused 403 Forbidden",
  "forbidden-list": "cluster-refused 403 Forbidden",
  "forbidden-namespace": "cluster-refused 403 Forbidden",
  "template-apply-changed": "applied thoth-solver at 235",
  "template-apply-conflict": "cluster-refused 409 Conflict (FieldManagerConflict)",
  "template-apply-created": "made thoth-solver at 234",
  "template-apply-dry-run": "applied thoth-solver at 235",
  "template-apply-restored": "applied thoth-solver at 236",
  "template-apply-unchanged": "applied thoth-solver at 234",
  "template-get": "found thoth-solver new",
  "template-get-missing": "not there",
  unauthorised: "cluster-refused 401 Unauthorized",
  version: "v0.0.0-master+$Format:%H$",
  "watch-bad-semaphore": "watched to MODIFIED solve-flask-3.0.3-5e3a0000 Failed",
  "watch-bad-version": "cluster-unreachable 500",
  "watch-bookmark": "watched to BOOKMARK 630",
  "watch-broken": "watched to MODIFIED solve-broken-1.2-4f7a2c90 Failed",
  "watch-deadline": "watched to MODIFIED solve-slow-1.0-d3ad11ne Failed",
  "watch-deleted": "watched to DELETED solve-slow-1.0-40000001 Running",
  "watch-exit-65": "watched to MODIFIED solve-bad-1.0-0b6e4d17 Failed",
  "watch-flaky": "watched to MODIFIED solve-flaky-2.1-9c4d7e01 Succeeded",
  "watch-future": "watched nothing",
  "watch-initial": "watched to ADDED solve-slow-1.0-d3ad11ne Failed",
  "watch-missing-argument": "watched to MODIFIED solve-flask-3.0.3-a46u0000 Failed",
  "watch-missing-template": "watched to MODIFIED solve-flask-3.0.3-7e3b0000 Error",
  "watch-stop": "watched to MODIFIED solve-slow-1.0-570b0000 Failed",
  "watch-stop-waiting": "watched to MODIFIED solve-numpy-1.26.4-570b0001 Failed",
  "watch-succeeds": "watched to MODIFIED solve-flask-3.0.3-5f0c1a2b Succeeded",
  "watch-terminate": "watched to MODIFIED solve-slow-1.0-7e3a0000 Failed",
  "watch-timeout": "watched nothing",
  "watch-too-old": "cluster-refused 410 Expired",
  "watch-ttl": "watched to DELETED solve-attrs-23.2.0-77100000 Succeeded",
  "watch-waits": "watched to MODIFIED solve-numpy-1.26.4-3a11ce00 Succeeded",
  "watch-wrong-type": "watched to MODIFIED solve-flask-3.0.3-7e9e0000 Failed",
  "workflow-create": "created solve-flask-3.0.3-5f0c1a2b new",
  "workflow-create-again": "existed, the same: solve-flask-3.0.3-5f0c1a2b new",
  "workflow-delete": "deleted",
  "workflow-delete-missing": "gone",
  "workflow-delete-precondition": "changed",
  "workflow-get-bad-semaphore": "found solve-flask-3.0.3-5e3a0000 Failed",
  "workflow-get-failed": "found solve-bad-1.0-0b6e4d17 Failed",
  "workflow-get-missing": "not there",
  "workflow-get-missing-argument": "found solve-flask-3.0.3-a46u0000 Failed",
  "workflow-get-missing-template": "found solve-flask-3.0.3-7e3b0000 Error",
  "workflow-get-new": "found solve-flask-3.0.3-5f0c1a2b new",
  "workflow-get-pending": "found solve-numpy-1.26.4-3a11ce00 Pending",
  "workflow-get-running": "found solve-flask-3.0.3-5f0c1a2b Running",
  "workflow-get-succeeded": "found solve-flask-3.0.3-5f0c1a2b Succeeded",
  "workflow-get-wrong-type": "found solve-flask-3.0.3-7e9e0000 Failed",
  "workflow-list": "listed 14 to solve-slow-1.0-d3ad11ne at 604",
  "workflow-list-bad-selector": "cluster-refused 400 BadRequest",
  "workflow-list-by-phase": "listed 1 to solve-bad-1.0-0b6e4d17 at 604",
  "workflow-list-completed": "listed 14 to solve-slow-1.0-d3ad11ne at 604",
  "workflow-list-empty": "listed 0 at 604",
  "workflow-list-expired": "listed 14 to solve-slow-1.0-d3ad11ne at 604",
  "workflow-list-old-version": "listed 14 to solve-slow-1.0-d3ad11ne at 604",
  "workflow-list-page-1": "listed 4 to solve-flask-3.0.3-5e3a0000 at 604",
  "workflow-list-page-2": "listed 2 to solve-flask-3.0.3-5e3a0000 at 604",
  "workflow-patch-stale": "cluster-refused 409 Conflict",
  "workflow-stop": "asked to end: solve-slow-1.0-570b0000 Running",
  "workflow-stop-ended": "asked to end: solve-flask-3.0.3-5f0c1a2b Succeeded",
  "workflow-stop-missing": "not there",
  "workflow-stop-waiting": "asked to end: solve-numpy-1.26.4-570b0001 Pending",
  "workflow-terminate": "asked to end: solve-slow-1.0-7e3a0000 Running",
};

test.each(recordings)("the client takes %s for what it is", async (name) => {
  expect(await replayed(name)).toBe(outcomes[name]);
});

test("all 96 recordings are replayed, and none is expected that is not there", () => {
  expect(recordings).toHaveLength(96);
  expect(Object.keys(outcomes).sort()).toEqual(recordings);
});
