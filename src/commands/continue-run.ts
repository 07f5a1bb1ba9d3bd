import { loadConfiguration } from "../config.ts";
import { type AdviceQuestion, adviceQuestion } from "../loop/advice-question.ts";
import { expectedInstalls } from "../loop/expected-installs.ts";
import { type IncompleteAdvice, incomplete, messagesFor } from "../loop/missing-facts.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import { type RunRequest, refreshed, requestedRuns } from "../loop/requested-runs.ts";
import type { AdviceRunner } from "../loop/runners.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { Message } from "../model/message.ts";
import type { AdviceRun } from "../model/run.ts";
import { done, type TaskResult } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { type ErrorCode, ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { consultKnown, freshSince, type Known } from "./advice-source.ts";
import type { CommandContext } from "./command.ts";
import { finishRun } from "./finish-run.ts";
import { learnUnknownLicences } from "./learn-unknown-licences.ts";

/**
 * Has the advices that triggers ask for go on: each is given if all is known that it needs, else
 * it waits for the rest. Nothing is learnt here, so that no run holds up another, save licences
 * where a policy asks for them: they are small, and no message asks for them.
 */
export function runContinuer(services: Services, context: CommandContext): AdviceRunner {
  const advise: AdviceRunner = async (triggers) => {
    const results = new Map<Message, TaskResult>();
    for (const request of requestedRuns(triggers, services)) {
      services.signal.throwIfAborted();
      const ended = await continueHeld(request, services, context);
      for (const trigger of request.triggers) results.set(trigger, ended ?? done);
      // Its end came before what an event asks for could be added: that is another run's
      const events = request.triggers.filter((one) => one.re_run_adviser_id === null);
      const again = ended === undefined ? await advise(events) : [];
      for (const [position, event] of events.entries())
        results.set(event, again[position] ?? results.get(event) ?? done);
    }
    return triggers.map((trigger) => results.get(trigger) ?? done);
  };
  return advise;
}

/** Undefined for a run that is done. */
async function continueHeld(
  request: RunRequest,
  services: Services,
  context: CommandContext,
): Promise<TaskResult | undefined> {
  const { runs, signal } = services;
  if (request.run.state === "done") return undefined;
  const lock = await runs.hold(request.run.id, signal);
  try {
    const run = refreshed(request, services);
    return run.state === "done" ? undefined : await continueRun(run, request, services, context);
  } finally {
    lock.release();
  }
}

async function continueRun(
  run: AdviceRun,
  { triggers }: RunRequest,
  services: Services,
  context: CommandContext,
): Promise<TaskResult> {
  const { queue, runs, signal } = services;
  const own = new Set(triggers.map(messageKey));
  const open = await queue().unsettled(run.waitingFor);
  const early = open.some((message) => !own.has(messageKey(message)));
  // Before an event leads to anything: should this process die, the event finds this run again
  if (early || run.passes === 0) await runs.put(run);
  if (early) return done;
  try {
    await runs.put(await nextPass(run, services, context));
    return done;
  } catch (error) {
    if (signal.aborted) throw error;
    return failRun(run, error, services);
  }
}

/** The run after it was advised once more. */
async function nextPass(
  run: AdviceRun,
  services: Services,
  context: CommandContext,
): Promise<AdviceRun> {
  // Whoever settled what it waited for may have been another process
  services.store.catchUp();
  const question = await questionOf(run, services, context);
  // What was confirmed since the run asked is current, however short the freshness
  const since = Math.min(Date.parse(run.updatedAt), freshSince(question));
  const consult = (asked: AdviceQuestion) => consultKnown(asked, since);
  const { outcome: _, lock: __, problem: ___, ...going } = run;
  // What a policy on licences asks for comes with the stack that it is asked of
  const lenient = await learnUnknownLicences(question, consult);
  const ahead = lenient === undefined ? undefined : await lacking(run, lenient, services);
  const known = await consult(question);
  const lacks = (ahead?.ask.length ?? 0) > 0 ? ahead : await lacking(run, known, services);
  if (lacks === undefined) return finishRun(going, question, known);
  const { advice, missing, ask, problem } = lacks;
  if (ask.length === 0) return finishRun({ ...going, problem }, question, { ...known, advice });
  await services.queue().publish(ask, { priority: run.purpose === "asked" ? 0 : 10 });
  return {
    ...going,
    state: "waiting",
    waitingFor: missing,
    further: expectedInstalls({ ...question, advice }),
    passes: run.passes + 1,
    updatedAt: new Date(services.now()).toISOString(),
  };
}

/** What is missing to advice that can't be given yet, and what of it to ask for. */
interface Lacking {
  readonly advice: IncompleteAdvice;
  readonly missing: readonly Message[];
  readonly ask: readonly Message[];
  readonly problem: string;
}

/** Undefined where nothing is missing. */
async function lacking(
  run: AdviceRun,
  known: Known,
  services: Services,
): Promise<Lacking | undefined> {
  const advice = incomplete(known, known.stale);
  if (advice === undefined) return undefined;
  const missing = messagesFor(advice.gaps);
  return { advice, missing, ...(await askable(run, missing, services)) };
}

/** The question as it was asked, of the project as it is now. */
async function questionOf(
  run: AdviceRun,
  services: Services,
  { flags, environment }: CommandContext,
): Promise<AdviceQuestion> {
  const { runtime, python, verify, recommendationType, project: projectDirectory } = run;
  const store = services.configuration.storeDirectory;
  const own = { ...flags, store, ...given({ runtime, python, verify }), recommendationType };
  const loaded = await loadConfiguration({ flags: own, environment, projectDirectory });
  const configuration = { ...loaded, ...run.inputs };
  const manifest = projectManifest(run.project, run.project, configuration);
  // What an event names must be free to move
  const moved = run.causes.map(({ package_name }) => package_name);
  const upgrade =
    run.upgrade === "all" ? run.upgrade : new Set([...run.upgrade, ...moved].map(packageName));
  return adviceQuestion(manifest, { ...services, configuration }, { dev: run.dev, upgrade });
}

function given<Key extends string>(
  flags: Readonly<Record<Key, string | null>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries<string | null>(flags).map(([name, value]) => [name, value ?? undefined]),
  );
}

/**
 * What to ask for: all that is missing, save what this run asked for before and what was given up.
 * Nothing where the same facts are missing as before.
 */
async function askable(
  run: AdviceRun,
  missing: readonly Message[],
  { queue }: Services,
): Promise<{ readonly ask: readonly Message[]; readonly problem: string }> {
  const before = new Set(run.waitingFor.map(messageKey));
  const again = missing.filter((message) => before.has(messageKey(message)));
  if (again.length === 0) return { ask: missing, problem: "" };
  const dead = new Map(
    (await queue().deadLetters()).map(({ message, reason }) => [messageKey(message), reason]),
  );
  const reasons = again.flatMap((message) => dead.get(messageKey(message)) ?? []);
  const [reason = "what was missing is missing still"] = reasons;
  const problem = reasons.length > 1 ? `${reason}, and ${reasons.length - 1} more` : reason;
  const stuck = missing.length === again.length && again.length === before.size;
  const given = (message: Message) =>
    before.has(messageKey(message)) && dead.has(messageKey(message));
  return { ask: stuck ? [] : missing.filter((message) => !given(message)), problem };
}

/** Failures that pass: the trigger is tried again. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "broker-refused",
  "broker-unreachable",
  "disk-full",
  "queue-unusable",
  "store-unwritable",
  "store-damaged",
  // Of licences that are asked for
  "index-unreachable",
]);

/** What the user of the project can mend ends the run; trying again would not. */
async function failRun(run: AdviceRun, error: unknown, services: Services): Promise<TaskResult> {
  const mendable = error instanceof ThothError;
  if (mendable && passing.has(error.code)) throw error;
  const problem = error instanceof Error ? error.message : String(error);
  await services.runs.put({
    ...run,
    state: "failed",
    waitingFor: [],
    further: 0,
    passes: run.passes + 1,
    problem,
    updatedAt: new Date(services.now()).toISOString(),
  });
  if (mendable) return done;
  return { ok: false, final: true, reason: problem, cause: error };
}
