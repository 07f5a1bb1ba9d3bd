import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { Message } from "../model/message.ts";
import type { AdviceRun } from "../model/run.ts";
import type { Services } from "../wiring.ts";

/** What looking for due runs needs. */
export type RunServices = Pick<Services, "runs" | "queue" | "now">;

/**
 * The messages that have runs go on for which all is settled that they waited for, save those that
 * are in the queue. Asking twice is harmless. A run whose trigger was given up has failed.
 */
export async function dueTriggers(services: RunServices): Promise<readonly Message[]> {
  const due = await dueRuns(services);
  if (due.length === 0) return [];
  const queue = services.queue();
  const given = new Map(
    (await queue.deadLetters()).map(({ message, reason }) => [messageKey(message), reason]),
  );
  const triggers: Message[] = [];
  for (const run of due) {
    const trigger = triggerOf(run);
    const reason = given.get(messageKey(trigger));
    if (reason === undefined) triggers.push(trigger);
    else await fail(services, run, `its \`adviser_trigger\` was given up: ${reason}`);
  }
  const underway = new Set((await queue.unsettled(triggers)).map(messageKey));
  return triggers.filter((trigger) => !underway.has(messageKey(trigger)));
}

async function dueRuns({ runs, queue }: RunServices): Promise<readonly AdviceRun[]> {
  const waiting = runs.waiting();
  if (waiting.length === 0) return [];
  const unsettled = await queue().unsettled(waiting.flatMap(({ waitingFor }) => waitingFor));
  const open = new Set(unsettled.map(messageKey));
  return waiting.filter(({ waitingFor }) => !waitingFor.some((one) => open.has(messageKey(one))));
}

async function fail({ runs, now }: RunServices, run: AdviceRun, problem: string): Promise<void> {
  await runs.put({
    ...run,
    state: "failed",
    waitingFor: [],
    further: 0,
    problem,
    updatedAt: new Date(now()).toISOString(),
  });
}

/** The same run always gives the same message. */
function triggerOf({ id, project, runtime, dev, causes }: AdviceRun): Message {
  return createMessage("adviser_trigger", sender, {
    project,
    re_run_adviser_id: id,
    runtime,
    dev,
    justification: causes,
  });
}
