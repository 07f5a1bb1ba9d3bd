import { licenceRefusal } from "../licence-rule.ts";
import type { Sieve } from "../unit.ts";

/**
 * Drops releases whose licence the policy of the project does not admit. It is that of the newest
 * release, as far as the index was asked; what is unknown is not among what is allowed.
 */
export const allowedLicense: Sieve = {
  kind: "sieve",
  name: "license",
  includes({ project }) {
    const licenses = project.settings?.policy.licenses;
    return licenses !== undefined && (licenses.allow !== undefined || licenses.deny.size > 0);
  },
  rejects({ release: { name, index } }, { project, knowledge }) {
    const policy = project.settings?.policy.licenses;
    return policy && licenceRefusal(knowledge.about(name, index), policy);
  },
};
