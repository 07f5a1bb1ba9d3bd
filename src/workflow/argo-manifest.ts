import type { Manifest } from "../kubernetes/client.ts";
import { laneOfTask } from "../model/lane.ts";
import type { Task } from "../model/task.ts";
import { labelValue, subjectOf } from "./argo-names.ts";
import type { ArgoSettings } from "./cluster-settings.ts";

/** Tasks of one workflow. */
export type Tasks = readonly [Task, ...Task[]];

/** The WorkflowTemplate of `deploy/argo` for each kind of task that a workflow may do. */
const taskTemplates: ReadonlyMap<Task["kind"], string> = new Map([
  ["learn-releases", "thoth-solver"],
  ["learn-metadata", "thoth-solver"],
  ["learn-source", "thoth-solver"],
  ["install", "thoth-solver"],
  ["si-scan", "thoth-security-indicators"],
  ["advise", "thoth-advise"],
  ["check-provenance", "thoth-advise"],
]);

const ownLabel = { key: "app.kubernetes.io/managed-by", value: "thoth" } as const;
/** Most tasks of one workflow: as many as the lanes hand over together. */
const mostTasks = 64;

/** Selects the workflows that Thoth makes. */
export const ownSelector = `${ownLabel.key}=${ownLabel.value}`;

/** Undefined for work that no workflow does. */
export function templateOf(kind: Task["kind"]): string | undefined {
  return taskTemplates.get(kind);
}

/** Where workflows for one kind of task run: away from advice, where they run foreign code. */
export function namespaceOf(
  kind: Task["kind"],
  { namespace, solverNamespace }: Pick<ArgoSettings, "namespace" | "solverNamespace">,
): string {
  return templateOf(kind) === "thoth-advise" ? namespace : solverNamespace;
}

/** The templates that these lanes need, by namespace. */
export function neededTemplates(settings: ArgoSettings): ReadonlyMap<string, readonly string[]> {
  const needed = new Map<string, string[]>();
  for (const [kind, template] of taskTemplates) {
    const space = namespaceOf(kind, settings);
    const own = needed.get(space) ?? [];
    if (settings.lanes.includes(laneOfTask[kind]) && !own.includes(template)) {
      own.push(template);
      needed.set(space, own);
    }
  }
  return needed;
}

/** A workflow of the template for its tasks' kind. */
export function manifestOf(wanted: {
  readonly name: string;
  readonly namespace: string;
  readonly tasks: Tasks;
  readonly given: Readonly<Record<string, string>>;
}): Manifest {
  const { name, namespace, tasks, given } = wanted;
  const [first] = tasks;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      name,
      namespace,
      labels: {
        [ownLabel.key]: ownLabel.value,
        "thoth/kind": first.kind,
        "thoth/subject": labelValue(subjectOf(first)),
      },
    },
    spec: {
      workflowTemplateRef: { name: templateOf(first.kind) ?? "" },
      arguments: {
        parameters: Object.entries(given).map(([key, value]) => ({ name: key, value })),
      },
    },
  };
}

/** Tasks that one workflow does: of one kind, and for one runtime, since a stack is tried out as one. */
export function groupsOf(tasks: readonly Task[]): readonly Tasks[] {
  const groups = new Map<string, [Task, ...Task[]][]>();
  for (const task of tasks) {
    const key = `${task.kind} ${task.kind === "install" ? task.runtime : ""}`;
    const own = groups.get(key) ?? [];
    const open = own.at(-1);
    if (open !== undefined && open.length < mostTasks) open.push(task);
    else groups.set(key, [...own, [task]]);
  }
  return [...groups.values()].flat();
}
