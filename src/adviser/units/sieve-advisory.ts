import { advisoryNames, vulnerabilities } from "../advisory-text.ts";
import type { Sieve } from "../unit.ts";

/** Drops releases that a vulnerability is known of. */
export const vulnerable: Sieve = {
  kind: "sieve",
  name: "vulnerable",
  only: "advice of type `security`",
  includes: ({ recommendationType }) => recommendationType === "security",
  rejects({ advisories }) {
    if (advisories.length === 0) return undefined;
    const known = vulnerabilities(advisories);
    return known.length === 0 ? undefined : `is affected by ${advisoryNames(known)}`;
  },
};
