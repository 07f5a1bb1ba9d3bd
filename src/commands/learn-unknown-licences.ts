import type { AdviceQuestion } from "../loop/advice-question.ts";
import { hasLicensePolicy } from "../model/policy.ts";

/** A policy on licences asks for facts that no other advice needs: who has one learns them first. */
export async function learnUnknownLicences(question: AdviceQuestion): Promise<void> {
  const { settings } = question.project;
  if (settings === undefined || !hasLicensePolicy(settings.policy)) return;
  if (question.services.configuration.offline) return;
  const { learnLicences } = await import("./learn-licences.ts");
  await learnLicences(question);
}
