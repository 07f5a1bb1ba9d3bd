import { randomUUID } from "node:crypto";
import type { AdviceQuestion, Obtained } from "../loop/advice-question.ts";
import { estimateOf } from "../loop/estimate.ts";
import { expectedInstalls } from "../loop/expected-installs.ts";
import { incomplete, messagesFor } from "../loop/missing-facts.ts";
import type { ReportedRun } from "../model/advice-report.ts";
import type { RunQuestion } from "../model/run.ts";
import { consultKnown, freshSince, obtainAdvice, withoutEnd } from "./advice-source.ts";
import { learnUnknownLicences } from "./learn-unknown-licences.ts";

/**
 * Advice without waiting: what is known, if that settles the question; else a run that waits for
 * what is missing, and messages that ask for it.
 */
export async function adviseLater(
  question: AdviceQuestion,
  asked: Pick<RunQuestion, "dev" | "upgrade">,
): Promise<Obtained & { readonly run?: ReportedRun }> {
  const consult = (one: AdviceQuestion) => consultKnown(one, freshSince(question));
  const lenient = await learnUnknownLicences(question, consult);
  const known = await consult(question);
  // Whose licences are asked for is known only once the stack is
  const ahead = lenient === undefined ? undefined : incomplete(lenient, lenient.stale);
  const advice = ahead ?? incomplete(known, known.stale);
  // As always: a conflict has changes tried that would end it
  if (advice === undefined) return obtainAdvice(question, undefined);
  const { services } = question;
  const queue = services.queue();
  const waitingFor = messagesFor(advice.gaps);
  const further = expectedInstalls({ ...question, advice });
  const id = randomUUID();
  const now = new Date(services.now()).toISOString();
  // Messages first: a run whose messages nobody published would take them for settled
  await queue.publish(waitingFor, { priority: 0 });
  const { runtime = null, python = null, verify, recommendationType } = services.configuration;
  const { input, requirementsFormat, constraints } = services.configuration;
  await services.runs.put({
    ...{ runtime, python, verify, recommendationType, dev: asked.dev, upgrade: asked.upgrade },
    project: question.manifest.root,
    inputs: { input, requirementsFormat, constraints },
    id,
    purpose: "asked",
    causes: [],
    state: "waiting",
    waitingFor,
    further,
    passes: 1,
    startedAt: now,
    updatedAt: now,
  });
  const queued = await queue.list({ states: ["ready", "delayed", "in-work", "paused"] });
  const estimate = estimateOf(queued, { waitingFor, further }, services);
  return { ...withoutEnd({ ...known, advice }), run: { id, estimate } };
}
