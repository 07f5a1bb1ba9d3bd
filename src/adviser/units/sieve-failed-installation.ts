import { failedByItself } from "../../model/knowledge.ts";
import { failureText } from "../../reports/failure-text.ts";
import type { Sieve } from "../unit.ts";

/** Drops releases that were seen not to install or import on this runtime. */
export const failedInstallation: Sieve = {
  kind: "sieve",
  name: "failed-installation",
  rejects(candidate, context) {
    if (!context.heedFailures) return undefined;
    const fact = context.knowledge.installed(candidate.release, context.runtime.id);
    if (fact?.failure === undefined || !failedByItself(fact)) return undefined;
    return failureText(fact.failure);
  },
};
