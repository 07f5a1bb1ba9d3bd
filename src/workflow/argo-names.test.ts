import fc from "fast-check";
import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import type { Task } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { labelValue, workflowName } from "./argo-names.ts";
import { taskKey, tasksText } from "./task-text.ts";

const index = indexUrl("https://index.example/simple");
const install = (name: string, version: string): Task => ({
  kind: "install",
  release: { name: packageName(name), version, index },
  runtime: runtimeId("debian-12-py311"),
});

test("a name says what a workflow does, and is the same for the same tasks in any order", () => {
  const [one, two] = [install("torch", "2.1.0+cpu"), install("flask", "3.0.3")] as const;

  expect(workflowName([one])).toMatch(/^install-torch-2-1-0-cpu-[0-9a-f]{12}$/);
  expect(workflowName([one, two]).slice(-12)).toBe(workflowName([two, one]).slice(-12));
  expect(workflowName([one])).not.toBe(workflowName([install("torch", "2.1.0-cpu")]));
});

test("whatever packages and versions are called, names and labels are valid", () => {
  const name = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
  const label = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ maxLength: 200 }), (raw, version) => {
      const found = workflowName([install(raw, version)]);
      expect(found).toMatch(name);
      expect(found.length).toBeLessThanOrEqual(60);
      const value = labelValue(`${raw} ${version}`);
      expect(value).toMatch(label);
      expect(value.length).toBeLessThanOrEqual(63);
    }),
  );
});

test("versions that are alike to a label are not alike", () => {
  expect(labelValue("2.1.0")).toBe("2.1.0");
  expect(labelValue("2.1.0+cpu")).toMatch(/^2\.1\.0_cpu\.[0-9a-f]{12}$/);
  expect(labelValue("2.1.0+cpu")).not.toBe(labelValue("2.1.0!cpu"));
});

test("what Argo would take for an expression never stands in an argument", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[{}"\\a=]{0,12}$/)), (versions) => {
      const tasks = versions.map((version) => install("a", version));
      const text = tasksText(tasks);
      expect(text).not.toContain("{{");
      expect(text).not.toContain("}}");
      const read: unknown[] = JSON.parse(text);
      expect(read).toEqual(tasks);
      expect(read.map(taskKey)).toEqual(tasks.map(taskKey));
    }),
  );
});
