import type { Consultation } from "../adviser/advise.ts";
import { adviceContext } from "../loop/advice-context.ts";
import type { AdviceQuestion, Obtained } from "../loop/advice-question.ts";
import { consultUntil, wantedGaps } from "../loop/consulting.ts";
import type { ReleaseList } from "../model/knowledge.ts";

/** Advice from what is known. */
export interface Known extends Consultation {
  /** Lists of releases that it stands on and that were not confirmed lately. */
  readonly stale: readonly ReleaseList[];
}

/** Asks the adviser alone. Lists count as current that were confirmed since a time, ms. */
export async function consultKnown(
  question: AdviceQuestion,
  confirmedSince: number,
): Promise<Known> {
  const { count, runtime, services } = question;
  const wanted = services.configuration.verify === "all";
  const verify = wanted && runtime.interpreter !== undefined;
  const context = adviceContext(question);
  await expect(question);
  const known = await consultUntil(context, { verify, count }, services.signal);
  const stale = known.consulted.filter(({ checkedAt }) => checkedAt < confirmedSince);
  return { ...known, stale };
}

/** Tells the store what the search will begin with. */
function expect({ project, services }: AdviceQuestion): Promise<void> {
  const names = project.requirements.map(({ name }) => name);
  const all = [...new Set([...names, ...project.preferred.keys()])];
  return services.store.expect(
    all.flatMap((name) => project.indexes.map((index) => ({ name, index }))),
  );
}

/** When a list must have been confirmed to count as current, ms since the epoch. */
export function freshSince({ services }: AdviceQuestion): number {
  return services.now() - services.configuration.freshnessMs;
}

/**
 * Advice from knowledge if that suffices, which loads nothing and asks nobody; else by the learning
 * loop, which is loaded only then. `run` identifies it to whoever should repeat it if it dies.
 */
export async function obtainAdvice(
  question: AdviceQuestion,
  run: { readonly id: string; readonly dev: boolean } | undefined,
): Promise<Obtained> {
  const known = await consultKnown(question, freshSince(question));
  const settled =
    known.advice.outcome === "locked" &&
    (known.advice.stopped === true ||
      (known.stale.length === 0 && wantedGaps(known.advice).length === 0));
  if (settled) return withoutEnd(known);
  if (question.services.configuration.offline) return withoutEnd(await withFixes(question, known));
  const { learnAdvice } = await import("./learn-advice.ts");
  return learnAdvice(question, run);
}

/** A conflict with the changes that end it, tried on what is known. */
async function withFixes(question: AdviceQuestion, known: Consultation): Promise<Consultation> {
  const { advice } = known;
  if (advice.outcome !== "unsatisfiable") return known;
  const { offerFixes } = await import("../loop/offer-fixes.ts");
  const conflict = await offerFixes(question, advice.conflict, false);
  return { ...known, advice: { ...advice, conflict } };
}

/** What is known as an answer: nobody waits for its end. */
export function withoutEnd(known: Consultation): Obtained {
  return { ...known, failure: undefined, end: async () => {} };
}
