import { expect, test } from "vitest";
import { recording, type Scripted, standInCluster } from "../../fixtures/argo-stand-in.ts";
import { KubernetesClient } from "./client.ts";
import { ClusterRefusal } from "./refusal.ts";
import type { Patience } from "./transport.ts";

const signal = AbortSignal.timeout(20_000);
const workflows = { namespace: "thoth", kind: "workflows" } as const;
const manifest = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: { name: "solve-flask-3.0.3-5f0c1a2b" },
  spec: { workflowTemplateRef: { name: "thoth-solver" } },
};
const plain = { "content-type": "text/plain" };

async function clientFor(script: readonly Scripted[], patience: Partial<Patience> = {}) {
  const cluster = await standInCluster(script);
  const access = { server: cluster.server, origin: "a test", token: () => undefined };
  return { client: new KubernetesClient(access, { waitsMs: [0, 0], ...patience }), cluster };
}

test("a creation that the server did not finish is sent again, and what is there then counts", async () => {
  const { client, cluster } = await clientFor([
    "create-timeout",
    "create-after-timeout",
    "workflow-get-new",
  ]);

  const { existed, same } = await client.create(workflows, manifest, { signal });

  expect({ existed, same }).toEqual({ existed: true, same: true });
  expect(cluster.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
});

test("what has the name and is another is not taken for what was to be created", async () => {
  const { client } = await clientFor(["workflow-create-again", "workflow-get-new"]);
  const other = { ...manifest, spec: { workflowTemplateRef: { name: "another" } } };

  expect(await client.create(workflows, other, { signal })).toMatchObject({
    existed: true,
    same: false,
  });
});

test("a name that is free again in the next moment is taken", async () => {
  const { client } = await clientFor([
    "workflow-create-again",
    "workflow-get-missing",
    "workflow-create",
  ]);

  expect(await client.create(workflows, manifest, { signal })).toMatchObject({ existed: false });
});

// Not recorded: the recorded server was never that busy
test("a busy server is asked again after the time that it names", async () => {
  const { client, cluster } = await clientFor(
    [
      { status: 429, headers: { ...plain, "retry-after": "0" }, body: "Too many requests" },
      { status: 503, headers: plain, body: "the server is starting" },
      "workflow-get-succeeded",
    ],
    { waitsMs: [60_000, 0] },
  );

  expect(await client.get(workflows, "one", signal)).toBeDefined();
  expect(cluster.requests).toHaveLength(3);
});

test("a server that stays busy is an error of the environment", async () => {
  const busy = { status: 503, headers: plain, body: "not now" };
  const { client } = await clientFor([busy]);

  const error = await client.get(workflows, "one", signal).catch((cause: unknown) => cause);

  expect(error).toBeInstanceOf(ClusterRefusal);
  expect(error).toMatchObject({ code: "cluster-unreachable", status: 503 });
});

test("a server that nobody can reach says so, with a way to find out", async () => {
  const access = { server: "http://127.0.0.1:9", origin: "a test", token: () => undefined };
  const client = new KubernetesClient(access, { waitsMs: [] });

  await expect(client.get(workflows, "one", signal)).rejects.toMatchObject({
    code: "cluster-unreachable",
    status: 0,
    hint: expect.stringContaining("kubectl get --raw /version"),
  });
});

test("the preconditions of a deletion arrive: its body has a length", async () => {
  const { client, cluster } = await clientFor(["workflow-delete"]);

  await client.remove(workflows, { name: "one", uid: "u-1" }, signal);

  const [sent] = cluster.requests;
  expect(sent?.headers["content-length"]).toBe(String(sent?.body.length));
  expect(JSON.parse(sent?.body ?? "")).toMatchObject({ preconditions: { uid: "u-1" } });
});

test("a watch that is cut off in the middle of a line ends without a word", async () => {
  const whole = JSON.stringify(recording("watch-exit-65").response.events?.[0]);
  const { client } = await clientFor([
    {
      status: 200,
      headers: { "content-type": "application/json" },
      body: `${whole}\n${whole.slice(0, 100)}`,
    },
  ]);

  const types: string[] = [];
  const options = { resourceVersion: "1", timeoutSeconds: 5 };
  for await (const { type } of client.watch(workflows, options, signal)) types.push(type);

  expect(types).toEqual(["MODIFIED"]);
});

test("whoever stops waiting stops the client, too", async () => {
  const { client } = await clientFor([{ status: 503, headers: plain, body: "not now" }], {
    waitsMs: [60_000],
  });
  const stop = new AbortController();

  const asked = client.get(workflows, "one", stop.signal);
  stop.abort();

  await expect(asked).rejects.toThrow("abort");
});
