import type { Consultation } from "../adviser/advise.ts";
import { gapMessage } from "../investigator/gaps.ts";
import type { Advice } from "../model/advice.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Message } from "../model/message.ts";
import { wantedGaps } from "./consulting.ts";

/** Advice that can't be given yet. */
export type IncompleteAdvice = Extract<Advice, { readonly outcome: "incomplete" }>;

/**
 * A consultation that does not settle the question: facts are missing, or lists of releases that
 * it stands on are `stale`, which then are what is missing. Undefined where it does.
 */
export function incomplete(
  { advice }: Consultation,
  stale: readonly ReleaseList[],
): IncompleteAdvice | undefined {
  if (advice.outcome === "incomplete") return advice;
  const unsure = stale.map(
    ({ name, index }): Gap => ({ missing: "releases", name, index, requiredBy: "" }),
  );
  const [first, ...rest] = [...wantedGaps(advice), ...unsure];
  if (first === undefined) return undefined;
  const none = { pins: new Map(), notNewest: new Map(), justifications: [] };
  const best = advice.outcome === "locked" ? advice.product : none;
  return { outcome: "incomplete", gaps: [first, ...rest], best };
}

/** A message for each fact that is missing. */
export function messagesFor(gaps: readonly Gap[]): readonly Message[] {
  return [...new Map(gaps.map((gap) => [gapKey(gap), gapMessage(gap)])).values()];
}
