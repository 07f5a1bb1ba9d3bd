import type { LaneName } from "../model/lane.ts";

/** What is configured of the cluster that tasks run in. */
export interface ArgoSettings {
  /** A file, absolute; undefined: found as kubectl finds it. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Namespace of advice. */
  readonly namespace: string;
  /** Namespace of what runs foreign code: solvers and scans. */
  readonly solverNamespace: string;
  /** Lanes whose tasks become workflows; the others' run in the investigator. */
  readonly lanes: readonly LaneName[];
  /** In place of the image that the templates name. */
  readonly image: string | undefined;
}
