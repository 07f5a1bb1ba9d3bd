import { homedir } from "node:os";
import { findCluster } from "../kubernetes/access.ts";
import { KubernetesClient, type Place } from "../kubernetes/client.ts";
import { type Environment, environmentValue } from "../util/environment.ts";
import { isRecord } from "../util/json.ts";
import { neededTemplates } from "./argo-manifest.ts";
import type { ArgoSettings } from "./cluster-settings.ts";

/** What a cluster is like for whoever would run tasks in it. */
export interface ClusterProbe {
  readonly server: string;
  /** Of Kubernetes. */
  readonly version: string;
  /** Rights that are not granted, such as "create workflows in thoth-solvers". */
  readonly lackingRights: readonly string[];
  /** Templates that are not there, as NAMESPACE/NAME. */
  readonly lackingTemplates: readonly string[];
}

const needed = [
  { kind: "workflows", verbs: ["create", "get", "list", "watch"] },
  { kind: "workflowtemplates", verbs: ["get"] },
] as const;

/**
 * Looks at the configured cluster and changes nothing in it. Throws what it cannot be asked: a
 * cluster that is away, a token that it does not know, Argo Workflows that is not installed.
 */
export async function probeCluster(
  settings: ArgoSettings,
  environment: Environment,
  signal: AbortSignal,
): Promise<ClusterProbe> {
  const { kubeconfig, context } = settings;
  const home = environmentValue(environment, "HOME") ?? homedir();
  const access = await findCluster({ environment, home, kubeconfig, context });
  const client = new KubernetesClient(access, { waitsMs: [] });
  try {
    const what = "ask what it is";
    const version = await client.ask({ method: "GET", path: "/version", what }, signal);
    // Its answer is plain text where Argo's kinds are not there, which is thrown
    await client.ask({ method: "GET", path: "/apis/argoproj.io/v1alpha1", what }, signal);
    const lackingRights: string[] = [];
    const lackingTemplates: string[] = [];
    for (const [namespace, templates] of neededTemplates(settings)) {
      const lacking = await lackingIn(client, namespace, signal);
      lackingRights.push(...lacking);
      if (lacking.includes(`get workflowtemplates in ${namespace}`)) continue;
      const place: Place = { namespace, kind: "workflowtemplates" };
      for (const name of templates)
        if ((await client.get(place, name, signal)) === undefined)
          lackingTemplates.push(`${namespace}/${name}`);
    }
    const said = isRecord(version) ? String(version["gitVersion"]) : "unknown";
    return { server: access.server, version: said, lackingRights, lackingTemplates };
  } finally {
    client.close();
  }
}

async function lackingIn(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = needed.flatMap(({ kind, verbs }) => verbs.map((verb) => ({ kind, verb })));
  const answers = await Promise.all(
    asked.map(async ({ kind, verb }) => {
      const resourceAttributes = { namespace, verb, group: "argoproj.io", resource: kind };
      const answer = await client.ask(
        {
          method: "POST",
          path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
          body: {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SelfSubjectAccessReview",
            spec: { resourceAttributes },
          },
          what: "ask for its rights",
        },
        signal,
      );
      const status = isRecord(answer) ? answer["status"] : undefined;
      const allowed = isRecord(status) && status["allowed"] === true;
      return allowed ? [] : [`${verb} ${kind} in ${namespace}`];
    }),
  );
  return answers.flat();
}
