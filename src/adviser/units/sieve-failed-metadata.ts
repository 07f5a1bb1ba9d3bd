import { excludingFailures } from "../../model/knowledge.ts";
import type { Sieve } from "../unit.ts";

/** Drops releases whose metadata was asked for and can't be had on this runtime. */
export const failedMetadata: Sieve = {
  kind: "sieve",
  name: "failed-metadata",
  rejects(candidate, context) {
    const fact = context.knowledge.metadata(candidate.release, candidate.filename);
    if (fact?.state !== "failed" || !excludingFailures.has(fact.reason)) return undefined;
    if (fact.runtime !== undefined && fact.runtime !== context.runtime.id) return undefined;
    return `has no usable metadata (${fact.reason}: ${fact.detail.split("\n", 1)[0]})`;
  },
};
