import type { KubernetesObject } from "../kubernetes/object.ts";
import { isRecord } from "../util/json.ts";

/** How far a workflow is, or how its work ended. */
export type Outcome =
  /** Nothing of it runs yet: the controller has not seen it, or it waits for a semaphore. */
  | { readonly state: "waiting" }
  | { readonly state: "running" }
  | { readonly state: "succeeded" }
  /** `told`: what its last pod left, after the controller's words for it. */
  | { readonly state: "failed"; readonly exitCode: number | undefined; readonly told: string }
  /** `by`: a person, or its deadline. */
  | { readonly state: "ended"; readonly by: "somebody" | "deadline"; readonly told: string }
  /** The controller does not run it at all. */
  | { readonly state: "refused"; readonly told: string };

interface Node {
  readonly phase: string;
  readonly message: string;
  readonly exitCode: number | undefined;
  readonly children: readonly string[];
}

/**
 * What became of a workflow's work. The exit handler is not part of it: a workflow counts as Running
 * while that runs, and as Failed where that fails.
 */
export function outcomeOf(workflow: KubernetesObject): Outcome {
  const { status, name, spec } = workflow;
  if (status === undefined) return { state: "waiting" };
  const phase = textOf(status["phase"]);
  const message = textOf(status["message"]);
  const nodes = nodesOf(status["nodes"]);
  const root = nodes.get(name);
  if (root === undefined) return withoutNodes(phase, message);
  if (root.phase === "Succeeded") return { state: "succeeded" };
  if (!isFailure(root.phase) && !isFailure(phase))
    return { state: phase === "Pending" ? "waiting" : "running" };
  const last = lastTry(root, nodes);
  const told = last.message === "" ? message : last.message;
  if (spec["shutdown"] !== undefined) return { state: "ended", by: "somebody", told };
  const exitCode = root.exitCode ?? last.exitCode;
  // Only the controller's words tell a deadline from a pod that something else ended
  if (/deadline/i.test(`${root.message} ${last.message}`))
    return { state: "ended", by: "deadline", told };
  return { state: "failed", exitCode, told };
}

function withoutNodes(phase: string, told: string): Outcome {
  if (isFailure(phase)) return { state: "refused", told };
  if (phase === "Succeeded") return { state: "succeeded" };
  return { state: phase === "Running" ? "running" : "waiting" };
}

function isFailure(phase: string): boolean {
  return phase === "Failed" || phase === "Error";
}

/** The pod of the last try; the node itself where it was tried once. */
function lastTry(root: Node, nodes: ReadonlyMap<string, Node>): Node {
  const tries = root.children.flatMap((id) =>
    id.endsWith(".onExit") ? [] : (nodes.get(id) ?? []),
  );
  return tries.at(-1) ?? root;
}

function nodesOf(value: unknown): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>();
  for (const [id, node] of Object.entries(isRecord(value) ? value : {})) {
    if (!isRecord(node)) continue;
    const outputs = isRecord(node["outputs"]) ? node["outputs"] : {};
    const code = textOf(outputs["exitCode"]);
    const { children } = node;
    nodes.set(id, {
      phase: textOf(node["phase"]),
      message: textOf(node["message"]),
      exitCode: /^\d+$/.test(code) ? Number(code) : undefined,
      children: Array.isArray(children) ? children.map(textOf) : [],
    });
  }
  return nodes;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
