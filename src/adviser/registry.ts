import type { AdviserUnit } from "./unit.ts";
import { advisoryAge } from "./units/boot-advisory-age.ts";
import { environment } from "./units/boot-environment.ts";
import { pipfileHash } from "./units/boot-pipfile-hash.ts";
import { solved } from "./units/boot-solved.ts";
import { versionRanges } from "./units/boot-version-ranges.ts";
import { vulnerable } from "./units/sieve-advisory.ts";
import { asOf } from "./units/sieve-as-of.ts";
import { constraints } from "./units/sieve-constraints.ts";
import { coolDown } from "./units/sieve-cool-down.ts";
import { failedInstallation } from "./units/sieve-failed-installation.ts";
import { failedMetadata } from "./units/sieve-failed-metadata.ts";
import { allowedIndex } from "./units/sieve-index.ts";
import { allowedLicense } from "./units/sieve-license.ts";
import { malware } from "./units/sieve-malware.ts";
import { packageUpdate } from "./units/sieve-package-update.ts";
import { quarantined } from "./units/sieve-quarantined.ts";
import { rules } from "./units/sieve-rules.ts";
import { harmful } from "./units/sieve-security-indicator.ts";
import { yanked } from "./units/sieve-yanked.ts";
import { advisoryPenalty } from "./units/step-advisory.ts";
import { indicatorPenalty } from "./units/step-security-indicator.ts";
import { ancientPick } from "./units/wrap-ancient-pick.ts";
import { coolDownExemption } from "./units/wrap-cool-down.ts";
import { projectStatus } from "./units/wrap-project-status.ts";
import { troveClassifiers } from "./units/wrap-trove-classifiers.ts";

/**
 * All units that Thoth brings, each kind in the order in which it has its say: of sieves the first
 * that rejects a release gives the reason, and the cheap ones look first.
 */
export const builtInUnits: readonly AdviserUnit[] = [
  environment,
  solved,
  pipfileHash,
  versionRanges,
  advisoryAge,
  packageUpdate,
  rules,
  constraints,
  malware,
  quarantined,
  allowedIndex,
  vulnerable,
  yanked,
  asOf,
  coolDown,
  allowedLicense,
  failedMetadata,
  failedInstallation,
  harmful,
  advisoryPenalty,
  indicatorPenalty,
  projectStatus,
  coolDownExemption,
  troveClassifiers,
  ancientPick,
];
