import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, environmentValue } from "../util/environment.ts";
import { ThothError } from "../util/errors.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { readKubeconfig } from "./kubeconfig.ts";

/** What a user may say of the cluster; the rest is found as kubectl finds it. */
export interface AccessOptions {
  readonly environment: Environment;
  readonly home: string;
  /** A kubeconfig; undefined: KUBECONFIG, the pod's account, ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** Where a pod finds its account; the usual folder if not given. */
  readonly accountFolder?: string | undefined;
}

const usualAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Finds the cluster. Throws `bad-configuration` where there is none, or where a file is wrong. */
export async function findCluster(options: AccessOptions): Promise<ClusterAccess> {
  const { environment, home, kubeconfig, context } = options;
  if (kubeconfig !== undefined) return readKubeconfig([kubeconfig], context);
  const named = environmentValue(environment, "KUBECONFIG")?.split(":").filter(Boolean) ?? [];
  if (named.length > 0) return readKubeconfig(named, context);
  const own = context === undefined ? ownAccount(options) : undefined;
  if (own !== undefined) return own;
  const usual = join(home, ".kube", "config");
  if (existsSync(usual)) return readKubeconfig([usual], context);
  throw new ThothError("bad-configuration", "no Kubernetes cluster is configured", {
    notes: [
      `neither \`argo_kubeconfig\` nor KUBECONFIG is set, ${usual} is not there, and this is no pod`,
    ],
    hint: "set `argo_kubeconfig` to a kubeconfig, or `workflow: local` to run tasks on this machine",
  });
}

function ownAccount({ environment, accountFolder }: AccessOptions): ClusterAccess | undefined {
  const host = environmentValue(environment, "KUBERNETES_SERVICE_HOST");
  const port = environmentValue(environment, "KUBERNETES_SERVICE_PORT");
  const folder = accountFolder ?? usualAccountFolder;
  const tokenFile = join(folder, "token");
  if (host === undefined || port === undefined || !existsSync(tokenFile)) return undefined;
  const namespaceFile = join(folder, "namespace");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    origin: "the pod's service account",
    ca: readFileSync(join(folder, "ca.crt"), "utf8"),
    token: () => readFileSync(tokenFile, "utf8").trim(),
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, "utf8").trim() : undefined,
  };
}
