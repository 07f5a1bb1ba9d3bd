import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import type { AdviserTrigger, TriggerCause } from "../model/message.ts";
import { openRunStore } from "../store/run-store.ts";
import { requestedRuns } from "./requested-runs.ts";

function cause(package_name: string): TriggerCause {
  const index_url = "https://index.example/simple";
  return { type: "advisory", package_name, package_version: "1.0", index_url };
}

function trigger(some: Partial<AdviserTrigger> = {}): AdviserTrigger {
  return {
    ...{ type: "adviser_trigger", version: "v7", component_name: "t", service_version: "1" },
    ...{ project: "/work/app", re_run_adviser_id: null, runtime: null, dev: true },
    justification: [],
    ...some,
  };
}

function services() {
  return { runs: openRunStore(temporaryFolder()), now: () => 0 };
}

test("events of one project make one run with all their causes; other projects have their own", () => {
  const triggers = [
    trigger({ justification: [cause("web")] }),
    trigger({ project: "/work/other", justification: [cause("web")] }),
    trigger({ justification: [cause("core"), cause("web")] }),
    trigger({ runtime: "python-3.9", justification: [cause("web")] }),
  ];

  const requests = requestedRuns(triggers, services());

  expect(
    requests.map(({ run, triggers: own }) => [run.project, run.causes.length, own.length]),
  ).toEqual([
    ["/work/app", 2, 2],
    ["/work/other", 1, 1],
    ["/work/app", 1, 1],
  ]);
  expect(requests[0]?.run).toMatchObject({ purpose: "watched", state: "waiting", passes: 0 });
});

test("an event joins the run that waits for its project already", async () => {
  const own = services();
  const [first] = requestedRuns([trigger({ justification: [cause("web")] })], own);
  if (first === undefined) throw new Error("no run");
  await own.runs.put(first.run);

  const [again] = requestedRuns([trigger({ justification: [cause("core")] })], own);

  expect(again?.run.id).toBe(first.run.id);
  expect(again?.run.causes).toEqual([cause("web"), cause("core")]);
});

test("a trigger of a run belongs to that run, whatever else its project waits for", async () => {
  const own = services();
  const [event] = requestedRuns([trigger({ justification: [cause("web")] })], own);
  if (event === undefined) throw new Error("no run");
  await own.runs.put(event.run);

  const [dead] = requestedRuns([trigger({ re_run_adviser_id: "7f3a" })], own);
  const [due] = requestedRuns(
    [trigger({ re_run_adviser_id: event.run.id, justification: [cause("web")] })],
    own,
  );

  expect(dead?.run).toMatchObject({ id: "7f3a", purpose: "asked", causes: [] });
  expect(due?.run).toEqual(event.run);
});
