import { setImmediate } from "node:timers/promises";
import { type AdviseOptions, type Consultation, consultInSteps } from "../adviser/advise.ts";
import type { AdviceContext } from "../adviser/context.ts";
import type { Advice } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";

/** So long the process may be deaf to signals, ms. */
const breathMs = 25;

/**
 * Asks the adviser, and lets the process see to signals meanwhile: once aborted, the best stack so far
 * is the answer, marked so; where there is none yet, throws the signal's reason.
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
  let breath = performance.now();
  for (;;) {
    const { done, value } = consulting.next();
    if (done === true) return value;
    if (performance.now() - breath < breathMs) continue;
    await setImmediate();
    breath = performance.now();
    if (value === "searching") signal.throwIfAborted();
  }
}

/** Facts that an advice lacks, or that could show a better stack. */
export function wantedGaps(advice: Advice): readonly Gap[] {
  if (advice.outcome === "incomplete") return advice.gaps;
  return advice.outcome === "locked" && !advice.stopped ? (advice.open ?? []) : [];
}
