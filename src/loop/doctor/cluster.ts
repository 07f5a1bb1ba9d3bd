import { listed } from "../../reports/wording.ts";
import { examineCluster } from "../../wiring.ts";
import type { Check } from "./check.ts";

/** The cluster that tasks run in: whether it answers, and has the rights and templates for them. */
export const cluster: Check = {
  name: "cluster",
  find: async ({ configuration, environment }, signal) => {
    if (configuration.workflow === "local") return [];
    const { server, version, lackingRights, lackingTemplates } = await examineCluster(
      configuration,
      environment,
      signal,
    );
    const hint = "apply what this version of Thoth ships: `kubectl apply -k deploy/argo`";
    const problems = [
      ...(lackingRights.length === 0 ? [] : [`no right to ${listed(lackingRights)}`]),
      ...(lackingTemplates.length === 0 ? [] : [`no template ${listed(lackingTemplates)}`]),
    ];
    if (problems.length > 0)
      return problems.map((text) => ({ condition: "broken" as const, text, hint }));
    const text = `${server}, Kubernetes ${version}, Argo Workflows with our templates`;
    return [{ condition: "works", text, facts: { server, version } }];
  },
};
