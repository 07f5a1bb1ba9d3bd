import type { KubernetesObject } from "../kubernetes/object.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";

/**
 * Holds arguments against the parameters of a WorkflowTemplate: an unknown one, one that is needed
 * and not given, a value outside an `enum`. Neither the API server nor Argo's linter sees any of
 * these; the controller fails the workflow for the second, and runs the others.
 */
export function checkArguments(
  template: KubernetesObject,
  given: Readonly<Record<string, string>>,
): void {
  const declared = parametersOf(template);
  const problems = [
    ...Object.entries(given).flatMap(([name, value]) => {
      const parameter = declared.get(name);
      if (parameter === undefined) return [`it takes no \`${name}\``];
      const { allowed } = parameter;
      if (allowed.length === 0 || allowed.includes(value)) return [];
      return [`its \`${name}\` is one of ${allowed.join(", ")}, not \`${value.slice(0, 80)}\``];
    }),
    ...[...declared].flatMap(([name, { hasValue }]) =>
      hasValue || Object.hasOwn(given, name) ? [] : [`it needs \`${name}\``],
    ),
  ];
  if (problems.length === 0) return;
  throw new ThothError(
    "cluster-refused",
    `the WorkflowTemplate \`${template.name}\` does not fit: ${problems.join("; ")}`,
    { hint: "apply the templates of this version of Thoth: `kubectl apply -k deploy/argo`" },
  );
}

interface Parameter {
  readonly hasValue: boolean;
  readonly allowed: readonly string[];
}

function parametersOf({ spec }: KubernetesObject): ReadonlyMap<string, Parameter> {
  const given = isRecord(spec["arguments"]) ? spec["arguments"]["parameters"] : undefined;
  const parameters = new Map<string, Parameter>();
  for (const parameter of Array.isArray(given) ? given : []) {
    if (!isRecord(parameter) || typeof parameter["name"] !== "string") continue;
    const { enum: allowed } = parameter;
    parameters.set(parameter["name"], {
      hasValue: parameter["value"] !== undefined || parameter["valueFrom"] !== undefined,
      allowed: Array.isArray(allowed) ? allowed.map(String) : [],
    });
  }
  return parameters;
}
