import { setImmediate } from "node:timers/promises";
import { advise } from "../adviser/advise.ts";
import type { Advice, Conflict } from "../model/advice.ts";
import type { Emit } from "../model/event.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { ThothError } from "../util/errors.ts";
import { adviceContext } from "./advice-context.ts";
import { type AdviceQuestion, adviceQuestion } from "./advice-question.ts";
import type { Bench } from "./bench.ts";
import { FixPatience } from "./fix-patience.ts";
import { type Attempt, remediesOf } from "./fixes.ts";
import { openBench } from "./open-bench.ts";
import { directUrls } from "./project-of.ts";
import { remedyText } from "./remedy-text.ts";
import { resolveDirectly } from "./resolve-directly.ts";
import { knownRuntimes } from "./runtime-choice.ts";

const mostPythons = 4;

/** A question whose changes are tried, and how. */
interface Trying {
  readonly question: AdviceQuestion;
  readonly patience: FixPatience;
  /** False: on what is known. */
  readonly learning: boolean;
}

/**
 * A conflict with changes that would end it. `learning`: what they need is learnt; else they are
 * tried on what is known. A change that can't be tried is not offered.
 */
export async function offerFixes(
  asked: AdviceQuestion,
  conflict: Conflict,
  learning: boolean,
): Promise<Conflict> {
  const { project, manifest } = asked;
  const { now, signal, configuration, store } = asked.services;
  const patience = new FixPatience(now, configuration.timeoutMs);
  const emit: Emit = (event) => {
    if (event.type === "learnt") patience.learnt();
    asked.services.emit(event);
  };
  const question = { ...asked, services: { ...asked.services, emit } };
  const trying = { question, patience, learning };
  const bench = learning ? benchFor(question) : undefined;
  const { remedies, untried } = await remediesOf({
    project,
    conflict,
    resolve: (changed) => attempt(trying, changed, bench),
    pythons: await otherPythons(trying, conflict),
    spent: () => patience.spent() || signal.aborted,
  });
  if (learning) await store.flush();
  return {
    ...conflict,
    remedies,
    untried,
    fixes: remedies.map((one) => remedyText(one, manifest)),
  };
}

/** Other Pythons of this machine, the nearest first, of equal ones the newer. */
async function otherPythons(
  trying: Trying,
  { hinges = [] }: Conflict,
): Promise<readonly { readonly version: string; readonly attempt: () => Promise<Attempt> }[]> {
  if (!hinges.includes("python")) return [];
  const { services, runtime } = trying.question;
  const own = minorOf(runtime);
  const found = new Map<string, Runtime>();
  for (const one of await knownRuntimes(services)) {
    const other = one.interpreter !== undefined && one.root === undefined;
    if (other && one.python !== runtime.python && !found.has(one.python))
      found.set(one.python, one);
  }
  const distance = (one: Runtime) => Math.abs(minorOf(one) - own) - (minorOf(one) > own ? 0.5 : 0);
  return [...found.values()]
    .filter(({ python }) => python.startsWith("3."))
    .sort((left, right) => distance(left) - distance(right))
    .slice(0, mostPythons)
    .map((one) => ({
      version: one.python,
      attempt: () => attemptOn(trying, one),
    }));
}

function minorOf({ python }: Runtime): number {
  return Number(python.split(".")[1] ?? 0);
}

async function attemptOn(trying: Trying, { id }: Runtime): Promise<Attempt> {
  const { services, manifest, categories } = trying.question;
  const configuration = { ...services.configuration, runtime: id, python: undefined };
  const there = { ...services, configuration };
  const dev = categories === undefined;
  const question = await adviceQuestion(manifest, there, { dev, upgrade: new Set() });
  const bench = trying.learning ? benchFor(question) : undefined;
  return attempt({ ...trying, question }, question.project, bench);
}

/** A bench for trying changes of a question. */
export function benchFor({ services, runtime, sources, project, manifest }: AdviceQuestion): Bench {
  return openBench({ services, runtime, sources, project, directUrls: directUrls(manifest) });
}

async function attempt(
  { question, patience }: Trying,
  project: Project,
  bench: Bench | undefined,
): Promise<Attempt> {
  const limit = patience.limit(new ThothError("time-limit", "not resolved in time"));
  const { services } = question;
  const signal = AbortSignal.any([services.signal, limit.signal]);
  const { recommendationType } = services.configuration;
  try {
    if (bench === undefined) {
      // Nothing else of it waits, and who stops the program would not be heard
      await setImmediate();
      signal.throwIfAborted();
      return attemptOf(adviseKnown(question, project));
    }
    const own = { ...bench, services: { ...services, signal } };
    const options = { recommendationType, anyStack: true };
    return attemptOf(await resolveDirectly(own, project, options));
  } catch (error) {
    // A fix that can't be tried is not offered; the conflict itself stands
    if (error instanceof ThothError) return { outcome: "unknown", late: signal.aborted };
    throw error;
  } finally {
    limit.dispose();
  }
}

function adviseKnown(question: AdviceQuestion, project: Project): Advice {
  const context = adviceContext({ ...question, project });
  return advise(context, { verify: false, stop: () => true });
}

function attemptOf(advice: Advice): Attempt {
  switch (advice.outcome) {
    case "locked":
      return { outcome: "stack", product: advice.product };
    case "unsatisfiable":
      return { outcome: "conflict", conflict: advice.conflict };
    case "incomplete":
      return { outcome: "unknown" };
  }
}
