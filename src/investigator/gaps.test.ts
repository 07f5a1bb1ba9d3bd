import { expect, test } from "vitest";
import { checkMessage } from "../messaging/codec.ts";
import type { Gap } from "../model/gap.ts";
import { sourceKey } from "../model/project.ts";
import { indexUrl, type Release } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import type { Task } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { gapMessage } from "./gaps.ts";
import { reactionTo } from "./handlers.ts";

const index = indexUrl("https://index.example/simple");
const name = packageName("flask");
const release: Release = { name, version: "3.0", index };
const runtime = runtimeId("rhel-9-py311");
const filename = "flask-3.0-py3-none-any.whl";
const key = sourceKey({
  kind: "git",
  location: "https://git.example/flask",
  ref: "3.0",
  subdirectory: "",
});
const requiredBy = "Pipfile:2";

const cases: readonly [Gap, Task][] = [
  [
    { missing: "releases", name, index, requiredBy },
    { kind: "learn-releases", name, index },
  ],
  [
    { missing: "metadata", release, filename, requiredBy },
    { kind: "learn-metadata", release, filename },
  ],
  [
    { missing: "installed", release, runtime, requiredBy },
    { kind: "install", release, runtime },
  ],
  [
    { missing: "source", name, key, requiredBy },
    { kind: "learn-source", name, key },
  ],
  [
    { missing: "security", release, requiredBy },
    { kind: "si-scan", release },
  ],
];

test.each(cases)(
  "the gap %j becomes a valid message, and that the task that fills it",
  (gap, task) => {
    const message = gapMessage(gap);

    expect(checkMessage(message)).toEqual(message);
    expect(reactionTo(message.type, message)).toEqual(task);
  },
);

test("who needs a fact is no part of its message: it is asked for once", () => {
  const other: Gap = { missing: "releases", name, index, requiredBy: "click==8" };

  expect(gapMessage(other)).toEqual(gapMessage({ ...other, requiredBy }));
});
