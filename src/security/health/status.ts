import type { Indicator } from "../../model/health.ts";
import type { PackageFact } from "../../model/package-fact.ts";
import { type HealthCheck, type HealthSubject, told, unknown } from "./subject.ts";

const development = /^Development Status :: (\d) - (.+)$/;

/** What the project is called by its index (PEP 792) and by its own classifiers. */
export const statusChecks: HealthCheck = (subject) => [status(subject)];

function status({ status: onIndex, about }: HealthSubject): Indicator {
  if (onIndex !== undefined && onIndex.state !== "active") {
    const why = onIndex.reason === undefined ? "" : `: ${onIndex.reason}`;
    const reason = `its index calls the project ${onIndex.state}${why}`;
    return told("status", "bad", { value: onIndex.state, reason });
  }
  const own = developmentStatus(about);
  if (own !== undefined) {
    const verdict = own.stage === 7 ? "bad" : own.stage < 4 ? "weak" : "good";
    return told("status", verdict, { value: own.name, reason: `it calls itself ${own.name}` });
  }
  if (onIndex !== undefined) {
    return told("status", "good", {
      value: "active",
      reason: "its index calls the project active",
    });
  }
  return unknown("status", "neither the index nor a classifier says");
}

interface DevelopmentStatus {
  /** 1 planning to 7 inactive. */
  readonly stage: number;
  readonly name: string;
}

/** The `Development Status` of a project; of several the last in its life. */
function developmentStatus(about: PackageFact | undefined): DevelopmentStatus | undefined {
  let found: DevelopmentStatus | undefined;
  for (const classifier of about?.classifiers ?? []) {
    const match = development.exec(classifier);
    const stage = Number(match?.[1]);
    if (match !== null && stage > (found?.stage ?? 0)) found = { stage, name: match[2] ?? "" };
  }
  return found;
}
