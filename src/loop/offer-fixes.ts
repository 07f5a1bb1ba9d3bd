import { advise } from "../adviser/advise.ts";
import type { Advice, Conflict } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { ThothError } from "../util/errors.ts";
import { adviceContext } from "./advice-context.ts";
import { type AdviceQuestion, adviceQuestion } from "./advice-question.ts";
import type { Bench } from "./bench.ts";
import { type Attempt, remediesOf } from "./fixes.ts";
import { openBench } from "./open-bench.ts";
import { directUrls } from "./project-of.ts";
import { remedyText } from "./remedy-text.ts";
import { resolveDirectly } from "./resolve-directly.ts";
import { knownRuntimes } from "./runtime-choice.ts";

/** A conflict has little patience: for all that is tried, and for each. */
const patienceMs = 45_000;
const attemptMs = 30_000;
const mostPythons = 4;

/**
 * A conflict with changes that would end it. With `bench` what they need is learnt; without, they
 * are tried on what is known. A change that can't be tried is not offered.
 */
export async function offerFixes(
  question: AdviceQuestion,
  conflict: Conflict,
  bench: Bench | undefined,
): Promise<Conflict> {
  const { services, project, manifest } = question;
  const deadline = services.now() + patienceMs;
  const remedies = await remediesOf({
    project,
    conflict,
    resolve: (changed) => attempt(question, changed, bench),
    pythons: await otherPythons(question, conflict, bench !== undefined),
    spent: () => services.now() > deadline || services.signal.aborted,
  });
  if (bench !== undefined) await services.store.flush();
  return { ...conflict, remedies, fixes: remedies.map((one) => remedyText(one, manifest)) };
}

/** Other Pythons of this machine, the nearest first, of equal ones the newer. */
async function otherPythons(
  question: AdviceQuestion,
  { hinges = [] }: Conflict,
  learning: boolean,
): Promise<readonly { readonly version: string; readonly attempt: () => Promise<Attempt> }[]> {
  if (!hinges.includes("python")) return [];
  const { services, runtime } = question;
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
      attempt: () => attemptOn(question, one, learning),
    }));
}

function minorOf({ python }: Runtime): number {
  return Number(python.split(".")[1] ?? 0);
}

async function attemptOn(
  { services, manifest, categories }: AdviceQuestion,
  { id }: Runtime,
  learning: boolean,
): Promise<Attempt> {
  const configuration = { ...services.configuration, runtime: id, python: undefined };
  const there = { ...services, configuration };
  const dev = categories === undefined;
  const question = await adviceQuestion(manifest, there, { dev, upgrade: new Set() });
  return attempt(question, question.project, learning ? benchFor(question) : undefined);
}

/** A bench for trying changes of a question. */
export function benchFor({ services, runtime, sources, project, manifest }: AdviceQuestion): Bench {
  return openBench({ services, runtime, sources, project, directUrls: directUrls(manifest) });
}

async function attempt(
  question: AdviceQuestion,
  project: Project,
  bench: Bench | undefined,
): Promise<Attempt> {
  try {
    const { recommendationType } = question.services.configuration;
    const advice =
      bench === undefined
        ? adviseKnown(question, project)
        : await resolveDirectly(within(bench, attemptMs), project, {
            recommendationType,
            anyStack: true,
          });
    return attemptOf(advice);
  } catch (error) {
    // A fix that can't be tried is not offered; the conflict itself stands
    if (error instanceof ThothError) return { outcome: "unknown" };
    throw error;
  }
}

/** The bench with work that ends after so long. */
function within(bench: Bench, ms: number): Bench {
  const { services } = bench;
  const limit = new AbortController();
  const late = new ThothError("time-limit", `not resolved within ${ms / 1000} s`);
  setTimeout(() => limit.abort(late), ms).unref();
  const signal = AbortSignal.any([services.signal, limit.signal]);
  return { ...bench, services: { ...services, signal } };
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
