import { expect, test } from "vitest";
import { recording, recordings } from "../../fixtures/argo-stand-in.ts";
import { kubernetesObject } from "../kubernetes/object.ts";
import { isRecord } from "../util/json.ts";
import { type Outcome, outcomeOf } from "./argo-outcome.ts";

/** States without repetition, in order; of recordings with workflows in them. */
function statesOf(name: string): readonly string[] {
  const { events, body } = recording(name).response;
  const objects = events?.map((event) => (isRecord(event) ? event["object"] : undefined)) ?? [body];
  const texts = objects.map((object) => textOf(outcomeOf(kubernetesObject(object))));
  return texts.filter((text, position) => text !== texts[position - 1]);
}

function textOf(outcome: Outcome): string {
  if (outcome.state === "failed") return `failed ${outcome.exitCode}`;
  return outcome.state === "ended" ? `ended by ${outcome.by}` : outcome.state;
}

test.each([
  // The solver's work is done while the exit handler still runs
  ["watch-succeeds", ["running", "succeeded"]],
  ["watch-flaky", ["running", "succeeded"]],
  ["watch-waits", ["waiting", "running", "succeeded"]],
  ["watch-exit-65", ["running", "failed 65"]],
  ["watch-broken", ["running", "failed 1"]],
  ["watch-deadline", ["running", "ended by deadline"]],
  ["watch-stop", ["running", "ended by somebody"]],
  ["watch-terminate", ["running", "ended by somebody"]],
  ["watch-stop-waiting", ["waiting", "ended by somebody"]],
  ["watch-missing-argument", ["refused"]],
  ["watch-missing-template", ["refused"]],
  ["watch-bad-semaphore", ["refused"]],
  ["watch-wrong-type", ["refused"]],
  ["watch-deleted", ["running"]],
  ["watch-ttl", ["running", "succeeded"]],
  ["workflow-get-new", ["waiting"]],
  ["workflow-get-pending", ["waiting"]],
  ["workflow-get-running", ["running"]],
  ["workflow-get-succeeded", ["succeeded"]],
  ["workflow-get-failed", ["failed 65"]],
  ["workflow-get-bad-semaphore", ["refused"]],
  ["workflow-get-missing-argument", ["refused"]],
  ["workflow-get-missing-template", ["refused"]],
  ["workflow-get-wrong-type", ["refused"]],
])("%s is %j", (name, states) => {
  expect(statesOf(name)).toEqual(states);
});

test("a state is told of every recorded workflow", () => {
  const told = recordings
    .filter(
      (name) => /^(watch|workflow-get)-/.test(name) && recording(name).response.status === 200,
    )
    .filter((name) => !/^watch-(bookmark|future|initial|timeout|too-old)$/.test(name));
  expect(told).toHaveLength(24);
});

test("work that is done is done, even if the exit handler fails the workflow", () => {
  const event = recording("watch-succeeds").response.events?.at(-1);
  const object = kubernetesObject(isRecord(event) ? event["object"] : undefined);
  const status = { ...object.status, phase: "Failed", message: "child failed" };

  expect(outcomeOf({ ...object, status })).toEqual({ state: "succeeded" });
});
