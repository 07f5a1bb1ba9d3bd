import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findCluster } from "../src/kubernetes/access.ts";
import { KubernetesClient, type Manifest } from "../src/kubernetes/client.ts";
import { indexUrl } from "../src/model/release.ts";
import { runtimeId } from "../src/model/runtime.ts";
import { done, type Task } from "../src/model/task.ts";
import { packageName } from "../src/python/name.ts";
import { isRecord } from "../src/util/json.ts";
import { argoEngine } from "../src/workflow/argo-engine.ts";

/*
 * By hand, against a real API server with Argo's real controller (docs/argo.md says how):
 *   THOTH_TEST_KUBECONFIG=FILE [THOTH_TEST_NAMESPACE=thoth] npx vitest run scripts/argo-real.test.ts
 * The work of the templates is a shell script here that ends as the package's name says.
 */
const kubeconfig = process.env["THOTH_TEST_KUBECONFIG"];
const namespace = process.env["THOTH_TEST_NAMESPACE"] ?? "thoth";
const life = new AbortController();
const { signal } = life;
const started = Date.now().toString(36);

const script = `case "$0" in
  *bad*) exit 65 ;;
  *broken*) exit 75 ;;
  *hungry*) exit 137 ;;
  *slow*) sleep 6 ;;
esac`;

function shipped(name: string): Manifest {
  const path = fileURLToPath(new URL(`../deploy/argo/${name}.yaml`, import.meta.url));
  const manifest: Manifest & { spec: { templates: Record<string, unknown>[] } } = parse(
    readFileSync(path, "utf8"),
  );
  const [work = {}] = manifest.spec.templates;
  const container = isRecord(work["container"]) ? work["container"] : {};
  const retryStrategy = isRecord(work["retryStrategy"]) ? work["retryStrategy"] : {};
  const { envFrom, volumeMounts, ...rest } = container;
  const quick = {
    ...work,
    retryStrategy: { ...retryStrategy, backoff: { duration: "1s", factor: "1" } },
    container: {
      ...rest,
      command: ["sh", "-c"],
      args: [script, "{{workflow.parameters.tasks}}"],
    },
  };
  const { volumes, executor, ...spec } = { executor: {}, volumes: [], ...manifest.spec };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, namespace },
    spec: { ...spec, automountServiceAccountToken: true, templates: [quick] },
  };
}

const install = (name: string): Task => ({
  kind: "install",
  release: {
    name: packageName(`${name}-${started}`),
    version: "1.0",
    index: indexUrl("https://index.example/simple"),
  },
  runtime: runtimeId(name),
});

let client: KubernetesClient;

function engine(own: AbortSignal = signal) {
  return argoEngine(
    { run: async (tasks) => tasks.map(() => done) },
    {
      client,
      solverNamespace: namespace,
      namespace,
      lanes: ["install"],
      image: "busybox:stable",
      signal: own,
      now: Date.now,
    },
  );
}

describe.skipIf(kubeconfig === undefined)("a real controller", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    client = new KubernetesClient(
      await findCluster({ environment: process.env, home: homedir(), kubeconfig }),
    );
    await client.ask(
      {
        method: "PATCH",
        path: `/api/v1/namespaces/${namespace}/configmaps/thoth-limits`,
        query: { fieldManager: "thoth", force: "true" },
        contentType: "application/apply-patch+yaml",
        body: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: {
            name: "thoth-limits",
            labels: { "workflows.argoproj.io/configmap-type": "Parameter" },
          },
          data: { solver: "3" },
        },
        what: "apply limits",
      },
      signal,
    );
    const place = { namespace, kind: "workflowtemplates" } as const;
    await client.apply(place, shipped("solver"), { signal, query: { force: "true" } });
  });
  afterAll(() => {
    life.abort();
    client.close();
  });

  endings();
  interruptions();
});

function endings() {
  test("takes every template as it is shipped", async () => {
    const place = { namespace, kind: "workflowtemplates" } as const;
    for (const name of ["solver", "security-indicators", "advise", "inspection"]) {
      const path = fileURLToPath(new URL(`../deploy/argo/${name}.yaml`, import.meta.url));
      const manifest: Manifest = parse(readFileSync(path, "utf8"));
      const own = { ...manifest, metadata: { ...manifest.metadata, namespace } };
      const query = { dryRun: "All", fieldValidation: "Strict", force: "true" };
      const { object } = await client.apply(place, own, { signal, query });
      expect(object.name).toBe(manifest.metadata.name);
    }
  });

  test("runs tasks to each of their ends", async () => {
    const results = await engine().run([install("good"), install("bad"), install("broken")]);

    expect(results).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: false, reason: expect.stringContaining("exit code 75") },
    ]);
  });

  test("gives each try more memory after one that was killed for want of it", async () => {
    await engine().run([install("hungry")]);

    const list = await client.ask(
      { method: "GET", path: `/api/v1/namespaces/${namespace}/pods`, what: "list pods" },
      signal,
    );
    const pods = isRecord(list) && Array.isArray(list["items"]) ? list["items"] : [];
    const memory = pods
      .filter(({ metadata }) => metadata.name.includes(`hungry-${started}`))
      .map(({ spec }) => spec.containers.find(isMain).resources.limits.memory)
      .sort();
    expect(memory).toEqual(["2Gi", "4Gi", "6Gi"]);
  });
}

function interruptions() {
  test("goes on while an investigator is away, and the next one takes up what runs", async () => {
    const crash = new AbortController();
    const lost = engine(crash.signal).run([install("slow")]);
    const place = { namespace, kind: "workflows" } as const;
    const own = async () =>
      (await client.list(place, { labelSelector: "thoth/kind=install" }, signal)).items.filter(
        ({ name }) => name.includes(`slow-${started}`),
      );
    await expect.poll(own, { timeout: 20_000 }).toHaveLength(1);
    crash.abort(new Error("killed"));
    expect(await lost).toMatchObject([{ ok: false }]);

    expect(await engine().run([install("slow")])).toEqual([{ ok: true, follow: [] }]);
    expect(await own()).toHaveLength(1);
  });

  test("refuses what it cannot run, which is no fault of a task", async () => {
    const place = { namespace, kind: "workflowtemplates" } as const;
    const template = shipped("solver");
    const semaphores = [{ configMapKeyRef: { name: "thoth-limits", key: "nothing" } }];
    const spec = { ...template.spec, synchronization: { semaphores } };
    await client.apply(place, { ...template, spec }, { signal, query: { force: "true" } });

    const results = await engine().run([install("refused")]);

    expect(results).toMatchObject([{ ok: false, cause: { code: "cluster-refused" } }]);
    await client.apply(place, template, { signal, query: { force: "true" } });
  });

  test("ends what is to end, and lets go of what is deleted", async () => {
    const place = { namespace, kind: "workflows" } as const;
    const result = engine().run([install("slow-to-stop")]);
    const name = await expect
      .poll(async () => {
        const { items } = await client.list(place, {}, signal);
        return items.find((one) => one.name.includes(`slow-to-stop-${started}`))?.name;
      })
      .toBeDefined()
      .then(async () => {
        const { items } = await client.list(place, {}, signal);
        return items.find((one) => one.name.includes(`slow-to-stop-${started}`))?.name ?? "";
      });
    const stopped = await client.shutDown(place, name, { how: "Stop", signal });

    expect(await result).toMatchObject([
      { ok: false, reason: expect.stringContaining("ended by somebody") },
    ]);
    const uid = stopped?.uid ?? "";
    expect(await client.remove(place, { name, uid: "another" }, signal)).toBe("changed");
    expect(await client.remove(place, { name, uid }, signal)).toBe("deleted");
    expect(await client.get(place, name, signal)).toBeUndefined();
  });
}

function isMain({ name }: { readonly name: string }): boolean {
  return name === "main";
}
