import { hasLicensePolicy } from "../../model/policy.ts";
import { licenceRefusal } from "../licence-rule.ts";
import type { Sieve } from "../unit.ts";

/**
 * Drops releases whose licence the policy of the project does not admit. It is that of the newest
 * release, as far as the index was asked; what is unknown is not among what is allowed.
 */
export const allowedLicense: Sieve = {
  kind: "sieve",
  name: "license",
  only: "a policy on licences",
  includes({ project }) {
    return project.settings !== undefined && hasLicensePolicy(project.settings.policy);
  },
  rejects({ release: { name, index } }, { project, knowledge }) {
    const policy = project.settings?.policy.licenses;
    return policy && licenceRefusal(knowledge.about(name, index), policy);
  },
};
