import pLimit from "p-limit";
import type { AdviceQuestion } from "../loop/advice-question.ts";
import { learnAbout } from "../loop/learn-health.ts";
import type { Advice, Pin } from "../model/advice.ts";
import { releaseHistory } from "../security/health/history.ts";
import { obtainAdvice } from "./advice-source.ts";

const packagesAtOnce = 8;
/** Each round learns the licences of a whole stack; the next has few others. */
const mostRounds = 8;

/**
 * Learns the licences that a policy on them will ask for: those of the stack that would be chosen
 * if all that is unknown were allowed, until nothing in it is unknown that can be learnt.
 */
export async function learnLicences(question: AdviceQuestion): Promise<void> {
  const lenient = leniently(question);
  for (let round = 1; round <= mostRounds; round += 1) {
    const { advice, end } = await obtainAdvice(lenient, undefined);
    await end();
    const pins = unknownAbout(advice, question);
    if (pins.length === 0) return;
    await pLimit(packagesAtOnce).map(pins, (pin) => learnPackage(pin, question));
    await question.services.store.flush();
    if (unknownAbout(advice, question).length === pins.length) return;
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

function unknownAbout(advice: Advice, { services }: AdviceQuestion): readonly Pin[] {
  if (advice.outcome !== "locked") return [];
  return [...advice.product.pins.values()].filter(
    ({ release: { name, index }, source }) =>
      source === undefined && services.store.about(name, index) === undefined,
  );
}

async function learnPackage({ release }: Pin, { services, sources }: AdviceQuestion) {
  const { name, index } = release;
  const history = releaseHistory(services.store.page(name, index)?.releases ?? []);
  await learnAbout(name, index, history, { services, sources, git: [], refresh: false });
}
