import type { AdviceQuestion } from "../loop/advice-question.ts";
import { learnAbouts } from "../loop/learn-abouts.ts";
import type { Advice } from "../model/advice.ts";
import type { Release } from "../model/release.ts";

/** Each round learns the licences of a whole stack; the next has few others. */
const mostRounds = 8;

/**
 * Learns the licences that a policy on them will ask for: those of the stack that would be chosen
 * if all that is unknown were allowed, until nothing in it is unknown that can be learnt. Gives the
 * last such stack.
 */
export async function learnLicences<Answer extends { readonly advice: Advice }>(
  question: AdviceQuestion,
  obtain: (lenient: AdviceQuestion) => Promise<Answer>,
): Promise<Answer> {
  const lenient = leniently(question);
  for (let round = 1; ; round += 1) {
    const answer = await obtain(lenient);
    const unknown = unknownAbout(answer.advice, question);
    if (unknown.length === 0 || round === mostRounds) return answer;
    await learnAbouts(unknown, question);
    if (unknownAbout(answer.advice, question).length === unknown.length) return answer;
  }
}

/** The same question where an unknown licence is no hindrance, and nothing is installed. */
function leniently(question: AdviceQuestion): AdviceQuestion {
  const { project, services } = question;
  const { settings } = project;
  if (settings === undefined) return question;
  const { policy } = settings;
  const licenses = { ...policy.licenses, unknown: "allow" as const };
  return {
    ...question,
    services: { ...services, configuration: { ...services.configuration, verify: "none" } },
    project: { ...project, settings: { ...settings, policy: { ...policy, licenses } } },
  };
}

function unknownAbout(advice: Advice, { services }: AdviceQuestion): readonly Release[] {
  if (advice.outcome !== "locked") return [];
  return [...advice.product.pins.values()].flatMap(({ release, source }) =>
    source === undefined && services.store.about(release.name, release.index) === undefined
      ? [release]
      : [],
  );
}
