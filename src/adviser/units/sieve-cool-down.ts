import { coolDownUnit } from "../release-age.ts";
import { withheldBy } from "../timely-knowledge.ts";
import type { Sieve } from "../unit.ts";

/** Drops releases that are younger than the policy of the project has them. */
export const coolDown: Sieve = {
  kind: "sieve",
  name: coolDownUnit,
  rejects: ({ release }, { knowledge }) => withheldBy(coolDownUnit, release, knowledge),
};
