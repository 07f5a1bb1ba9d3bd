import type { Sieve } from "../unit.ts";

/** Drops all releases of a project that its index holds in quarantine (PEP 792). */
export const quarantined: Sieve = {
  kind: "sieve",
  name: "quarantined",
  rejects({ status }) {
    if (status?.state !== "quarantined") return undefined;
    const reason = "is of a project that its index holds in quarantine";
    return status.reason === undefined ? reason : `${reason} (${status.reason})`;
  },
};
