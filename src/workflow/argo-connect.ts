import { homedir } from "node:os";
import { findCluster } from "../kubernetes/access.ts";
import { KubernetesClient } from "../kubernetes/client.ts";
import { type Environment, environmentValue } from "../util/environment.ts";
import { argoEngine } from "./argo-engine.ts";
import type { ArgoSettings } from "./cluster-settings.ts";
import type { Engine } from "./engine.ts";

/** An engine of the configured cluster, and its end. Throws `bad-configuration` where there is none. */
export async function connectArgo(
  { kubeconfig, context, ...settings }: ArgoSettings,
  environment: Environment,
  signal: AbortSignal,
): Promise<{ engine: (here: Engine) => Engine; close: () => void }> {
  const home = environmentValue(environment, "HOME") ?? homedir();
  const access = await findCluster({ environment, home, kubeconfig, context });
  const client = new KubernetesClient(access);
  const over = new AbortController();
  const life = AbortSignal.any([signal, over.signal]);
  return {
    engine: (here) => argoEngine(here, { ...settings, client, signal: life, now: Date.now }),
    close: () => {
      over.abort();
      client.close();
    },
  };
}
