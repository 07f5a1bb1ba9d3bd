import type { Task } from "../model/task.ts";

/**
 * Tasks as JSON, for the argument of a workflow or of `thoth run-task`. Keys are sorted, so equal
 * tasks are equal texts. No two braces stand together in it: Argo would take them for an expression.
 */
export function tasksText(tasks: readonly Task[]): string {
  return `[${tasks.map(taskKey).join(",")}]`;
}

/** One task as JSON, the same for equal tasks. */
export function taskKey(task: unknown): string {
  const text = JSON.stringify(task, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return withoutDoubleBraces(text);
}

/** A brace within a text is written as an escape; those of JSON itself are set apart. */
function withoutDoubleBraces(json: string): string {
  return json
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) =>
      text.replaceAll("{", "\\u007b").replaceAll("}", "\\u007d"),
    )
    .replaceAll(/\}(?=\})/g, "} ")
    .replaceAll(/\{(?=\{)/g, "{ ");
}
