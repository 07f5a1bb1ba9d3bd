import type { Sieve } from "../unit.ts";

/**
 * Drops releases whose metadata was asked for and can't be had on this runtime, for whatever reason:
 * without it nobody knows what else they need.
 */
export const failedMetadata: Sieve = {
  kind: "sieve",
  name: "failed-metadata",
  rejects(candidate) {
    const fact = candidate.metadata;
    if (fact?.state !== "failed") return undefined;
    return `has no usable metadata (${fact.reason}: ${fact.detail.split("\n", 1)[0]})`;
  },
};
