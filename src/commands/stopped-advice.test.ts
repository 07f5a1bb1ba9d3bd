import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import type { Event } from "../model/event.ts";
import { ThothError } from "../util/errors.ts";
import { Interrupted } from "../util/interrupted.ts";
import { stoppedAdvice, watchAdvice } from "./stopped-advice.ts";

function notesAfter(events: readonly Event[], reason: Error): readonly string[] {
  const passed: Event[] = [];
  const watch = watchAdvice((event) => passed.push(event));
  for (const event of events) watch.emit(event);
  expect(passed).toEqual(events);
  const stopped = stoppedAdvice(watch, AbortSignal.abort(reason), "/");
  if (stopped instanceof Interrupted || stopped instanceof ThothError) return stopped.notes ?? [];
  throw new Error("another reason came back");
}

test.each([
  [[], "it was reading the project; nothing new was learnt yet"],
  [
    [
      { type: "stage", stage: "learning", detail: "2 facts" },
      { type: "learnt", what: "a" },
    ],
    "it was learning 2 facts; 1 fact was learnt and is kept",
  ],
  [
    [
      { type: "learnt", what: "a" },
      { type: "verified", release: "b==1", ok: true },
      { type: "progress", stage: "verifying", done: 1, total: 3, current: "b 1" },
    ],
    "it was verifying 1/3 b 1; 2 facts were learnt and are kept",
  ],
] satisfies [Event[], string][])("what was stopped says what it was at: %j", (events, told) => {
  expect(notesAfter(events, new Interrupted("SIGINT"))).toEqual([told]);
  expect(notesAfter(events, new ThothError("time-limit", "too late"))).toEqual([told]);
});

test("where the lock is the best that is known when time is over, this is said, and it stays", async () => {
  const index = await servedIndex([wheel({ name: "flask", version: "1.0" })]);
  const project = makeProject({ pipfile: '[packages]\nflask = "*"\n' });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  const files = project.files();
  index.fail("/simple/flask/", { kind: "stall" });

  const args = ["advise", "--verify", "none", "--timeout", "4"];
  const run = await thoth(project, args, { index: index.url, env: { THOTH_FRESHNESS: "0" } });

  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain(`   = it was confirming 1 packages; nothing new was learnt yet
   = nothing better than Pipfile.lock is known so far, score 1, at most 1
   = Pipfile.lock was not touched
help: what was learnt is kept`);
  expect(project.files()).toEqual(files);
});
