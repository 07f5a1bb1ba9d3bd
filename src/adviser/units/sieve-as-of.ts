import { asOfUnit } from "../release-age.ts";
import { withheldBy } from "../timely-knowledge.ts";
import type { Sieve } from "../unit.ts";

/** Drops releases that were not there yet at the moment that the advice is of. */
export const asOf: Sieve = {
  kind: "sieve",
  name: asOfUnit,
  rejects: ({ release }, { knowledge }) => withheldBy(asOfUnit, release, knowledge),
};
