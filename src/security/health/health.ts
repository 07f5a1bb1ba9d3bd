import type { Indicator } from "../../model/health.ts";
import { indicatorIds } from "../../model/health.ts";
import { advisoryChecks } from "./advisories.ts";
import { artefactChecks } from "./artefacts.ts";
import { licenceChecks } from "./licence.ts";
import { peopleChecks } from "./people.ts";
import { pythonChecks } from "./python-support.ts";
import { releaseChecks } from "./releases.ts";
import { repositoryChecks } from "./repository.ts";
import { statusChecks } from "./status.ts";
import type { HealthCheck, HealthSubject } from "./subject.ts";
import { usedChecks } from "./used.ts";

const checks: readonly HealthCheck[] = [
  statusChecks,
  advisoryChecks,
  releaseChecks,
  usedChecks,
  pythonChecks,
  licenceChecks,
  peopleChecks,
  artefactChecks,
  repositoryChecks,
];

/** All indicators of a project, in the order of `indicatorIds`; pure. Formulas: docs/health.md. */
export function healthIndicators(subject: HealthSubject): readonly Indicator[] {
  return checks
    .flatMap((check) => check(subject))
    .sort((one, other) => indicatorIds.indexOf(one.id) - indicatorIds.indexOf(other.id));
}
