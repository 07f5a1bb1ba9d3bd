import { createHash } from "node:crypto";
import type { Task } from "../model/task.ts";
import { taskKey } from "./task-text.ts";

/** Kubernetes allows 63 characters in a label's value, and Argo puts a workflow's name into one. */
const mostCharacters = 63;
const hashLength = 12;

/**
 * The name of the workflow that runs these tasks: the same for the same tasks in any order, and
 * lower case letters, digits and hyphens, whatever versions and packages are called.
 */
export function workflowName(tasks: readonly [Task, ...Task[]]): string {
  const hash = digest(tasks.map(taskKey).sort().join("\n"));
  const [first, ...others] = tasks;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const words = `${first.kind} ${subjectOf(first)}${more}`.toLowerCase();
  const slug = words.replaceAll(/[^a-z0-9]+/g, "-").slice(0, mostCharacters - hashLength - 1);
  return `${slug.replaceAll(/^-|-$/g, "")}-${hash}`;
}

/**
 * A label's value: the text itself where Kubernetes allows it, else what of it is allowed with a
 * hash behind it, as with `2.1.0+cpu`.
 */
export function labelValue(text: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)) return text;
  const allowed = text.replaceAll(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._-]+/, "");
  return `${allowed.slice(0, mostCharacters - hashLength - 1)}.${digest(text)}`.replace(/^\./, "");
}

/** What a task is about, for people. */
export function subjectOf(task: Task): string {
  if ("release" in task) return `${task.release.name} ${task.release.version}`;
  if ("name" in task) return task.name;
  return "trigger" in task ? (task.trigger.project.split("/").at(-1) ?? "") : "";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, hashLength);
}
