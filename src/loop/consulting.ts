import { setImmediate } from "node:timers/promises";
import { type AdviseOptions, type Consultation, consultInSteps } from "../adviser/advise.ts";
import type { AdviceContext } from "../adviser/context.ts";
import type { Advice } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";

/**
 * Asks the adviser, and lets the process see to signals between its searches: once aborted, the best
 * stack so far is the answer, marked so.
 */
export async function consultUntil(
  context: AdviceContext,
  options: Omit<AdviseOptions, "stop">,
  signal: AbortSignal,
): Promise<Consultation> {
  const { prescriptions } = context.project.settings ?? {};
  for (;;) {
    // What prescriptions say of packages that were met for the first time is read in between
    const consultation = await consultOnce(context, options, signal);
    if (prescriptions === undefined || !(await prescriptions.learn())) return consultation;
  }
}

async function consultOnce(
  context: AdviceContext,
  options: Omit<AdviseOptions, "stop">,
  signal: AbortSignal,
): Promise<Consultation> {
  // A pipeline is composed once for a context, of what is known then
  const own = { ...context };
  const consulting = consultInSteps(own, { ...options, stop: () => signal.aborted });
  for (;;) {
    const { done, value } = consulting.next();
    if (done === true) return value;
    await setImmediate();
  }
}

/** Facts that an advice lacks, or that could show a better stack. */
export function wantedGaps(advice: Advice): readonly Gap[] {
  if (advice.outcome === "incomplete") return advice.gaps;
  return advice.outcome === "locked" && !advice.stopped ? (advice.open ?? []) : [];
}
