import { randomUUID } from "node:crypto";
import type { AdviserTrigger, TriggerCause } from "../model/message.ts";
import type { AdviceRun } from "../model/run.ts";
import type { Services } from "../wiring.ts";

/** A run, with the triggers of one batch that have it go on. */
export interface RunRequest {
  readonly run: AdviceRun;
  readonly triggers: readonly AdviserTrigger[];
}

/**
 * The runs that triggers are for. One that names a run belongs to it, also if its process died
 * before there was a record. Events of one project make one run, together with those for which a
 * run waits already.
 */
export function requestedRuns(
  triggers: readonly AdviserTrigger[],
  services: Pick<Services, "runs" | "now">,
): readonly RunRequest[] {
  const requests = new Map<string, RunRequest>();
  for (const trigger of triggers) {
    const run =
      ofBatch(trigger, requests) ?? recorded(trigger, services) ?? made(trigger, services);
    const before = requests.get(run.id)?.triggers ?? [];
    requests.set(run.id, { run: withCauses(run, trigger), triggers: [...before, trigger] });
  }
  return [...requests.values()];
}

function ofBatch(
  trigger: AdviserTrigger,
  requests: ReadonlyMap<string, RunRequest>,
): AdviceRun | undefined {
  const id = trigger.re_run_adviser_id;
  if (id !== null) return requests.get(id)?.run;
  return [...requests.values()].find(({ run }) => isOfEvents(run, trigger))?.run;
}

function recorded(
  trigger: AdviserTrigger,
  { runs }: Pick<Services, "runs">,
): AdviceRun | undefined {
  const id = trigger.re_run_adviser_id;
  if (id !== null) return runs.get(id);
  return runs.waiting().find((run) => isOfEvents(run, trigger));
}

function made(trigger: AdviserTrigger, { now }: Pick<Services, "now">): AdviceRun {
  const { project, runtime, dev, justification, re_run_adviser_id: id } = trigger;
  const at = new Date(now()).toISOString();
  return {
    ...{ project, runtime, python: null, verify: null, dev, upgrade: [] },
    id: id ?? randomUUID(),
    purpose: id === null || justification.length > 0 ? "watched" : "asked",
    causes: [],
    state: "waiting",
    // Not due before the trigger itself is settled
    waitingFor: [trigger],
    further: 0,
    passes: 0,
    startedAt: at,
    updatedAt: at,
  };
}

function isOfEvents(run: AdviceRun, { project, runtime, dev }: AdviserTrigger): boolean {
  const same = run.project === project && run.runtime === runtime && run.dev === dev;
  return same && run.purpose === "watched";
}

/** The run as it is by now, with the causes that a request adds. */
export function refreshed(
  { run, triggers }: RunRequest,
  { runs }: Pick<Services, "runs">,
): AdviceRun {
  return triggers.reduce(withCauses, runs.get(run.id) ?? run);
}

function withCauses(run: AdviceRun, { justification }: AdviserTrigger): AdviceRun {
  const causes = new Map<string, TriggerCause>();
  for (const cause of [...run.causes, ...justification]) causes.set(causeKey(cause), cause);
  return { ...run, causes: [...causes.values()] };
}

function causeKey({ type, package_name, package_version, index_url }: TriggerCause): string {
  return JSON.stringify([type, package_name, package_version, index_url]);
}
