import { type LaneName, laneNames } from "../model/lane.ts";
import { folder, type Reader, someNames, someText } from "../util/setting-readers.ts";
import type { ArgoSettings } from "../workflow/cluster-settings.ts";
import type { Rule, StandardRule } from "./rule.ts";
import { givenIn, type Source, standardOf } from "./sources.ts";

/** Settings of the cluster that tasks run in, where `workflow` is `argo`. */
export function argoRules(home: string) {
  const text = (name: string, takes: string) => ({ name, read: someText, takes });
  const namespace = (name: string, standard: string) => ({
    name,
    read: namespaceName,
    takes: "the name of a namespace",
    standard,
  });
  return {
    argoKubeconfig: { name: "argo_kubeconfig", read: folder(home), takes: "a kubeconfig" },
    argoContext: text("argo_context", "the name of a context of the kubeconfig"),
    argoNamespace: namespace("argo_namespace", "thoth-middle"),
    argoSolverNamespace: namespace("argo_solver_namespace", "thoth-solvers"),
    argoImage: text("argo_image", "the name of an image"),
    argoLanes: {
      name: "argo_lanes",
      read: outsideLanes,
      takes: `lanes with commas between, of ${possibleLanes.join(", ")}`,
      standard: "index,sources,install,si-scan",
    },
  };
}

/** What is set of the cluster, the first of the sources first. */
export function argoIn(
  sources: readonly Source[],
  rules: ReturnType<typeof argoRules>,
): ArgoSettings {
  const ask = <T>(rule: Rule<T>) => givenIn(sources, rule)?.value;
  const need = <T>(rule: StandardRule<T>) => ask(rule) ?? standardOf(rule);
  return {
    kubeconfig: ask(rules.argoKubeconfig),
    context: ask(rules.argoContext),
    namespace: need(rules.argoNamespace),
    solverNamespace: need(rules.argoSolverNamespace),
    lanes: need(rules.argoLanes),
    image: ask(rules.argoImage),
  };
}

/** Notes only write down what is known, which takes less time than to start a pod. */
const possibleLanes: readonly LaneName[] = laneNames.filter((lane) => lane !== "notes");

const outsideLanes: Reader<readonly LaneName[]> = (text, base) => {
  const names = someNames(text, base);
  const lanes = names?.map((name) => possibleLanes.find((lane) => lane === name));
  return lanes?.every((lane) => lane !== undefined) === true ? lanes : undefined;
};

const namespaceName: Reader<string> = (text) =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text.trim()) ? text.trim() : undefined;
