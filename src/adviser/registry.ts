import type { RecommendationType } from "../model/recommendation.ts";
import type { Sieve, Step, Wrap } from "./unit.ts";
import { vulnerable } from "./units/sieve-advisory.ts";
import { asOf } from "./units/sieve-as-of.ts";
import { coolDown } from "./units/sieve-cool-down.ts";
import { failedInstallation } from "./units/sieve-failed-installation.ts";
import { failedMetadata } from "./units/sieve-failed-metadata.ts";
import { malware } from "./units/sieve-malware.ts";
import { quarantined } from "./units/sieve-quarantined.ts";
import { harmful } from "./units/sieve-security-indicator.ts";
import { yanked } from "./units/sieve-yanked.ts";
import { advisoryPenalty } from "./units/step-advisory.ts";
import { indicatorPenalty } from "./units/step-security-indicator.ts";
import { coolDownExemption } from "./units/wrap-cool-down.ts";
import { projectStatus } from "./units/wrap-project-status.ts";

/** The units that have a say. */
export interface Units {
  /** In the order in which they look at a release; the cheap ones first. */
  readonly sieves: readonly Sieve[];
  readonly steps: readonly Step[];
}

const always: readonly Sieve[] = [
  malware,
  quarantined,
  yanked,
  asOf,
  coolDown,
  failedMetadata,
  failedInstallation,
  harmful,
];

/** What is heeded, by what advice looks for. */
export const units: Readonly<Record<RecommendationType, Units>> = {
  stable: { sieves: always, steps: [advisoryPenalty, indicatorPenalty] },
  security: { sieves: [vulnerable, ...always], steps: [indicatorPenalty] },
  latest: { sieves: always, steps: [] },
  testing: { sieves: always, steps: [] },
  performance: { sieves: always, steps: [advisoryPenalty, indicatorPenalty] },
};

/** What is said of the releases that were chosen, whatever advice looks for. */
export const wraps: readonly Wrap[] = [projectStatus, coolDownExemption];
