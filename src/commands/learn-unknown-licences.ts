import type { AdviceQuestion, Obtained } from "../loop/advice-question.ts";
import type { Advice } from "../model/advice.ts";
import { hasLicensePolicy } from "../model/policy.ts";
import { obtainAdvice } from "./advice-source.ts";

/**
 * A policy on licences asks for facts that no other advice needs: who has one learns them first.
 * Gives the last answer of `obtain` that it went by, of a question in which an unknown licence is
 * no hindrance; undefined where there was nothing to learn.
 */
export async function learnUnknownLicences<Answer extends { readonly advice: Advice }>(
  question: AdviceQuestion,
  obtain: (lenient: AdviceQuestion) => Promise<Answer>,
): Promise<Answer | undefined> {
  const { settings } = question.project;
  if (settings === undefined || !hasLicensePolicy(settings.policy)) return undefined;
  if (question.services.configuration.offline) return undefined;
  const { learnLicences } = await import("./learn-licences.ts");
  return learnLicences(question, obtain);
}

/** Advice that nobody acts upon. */
export async function obtainEnded(question: AdviceQuestion): Promise<Obtained> {
  const obtained = await obtainAdvice(question, undefined);
  await obtained.end();
  return obtained;
}
