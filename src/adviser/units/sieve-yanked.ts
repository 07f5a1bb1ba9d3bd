import type { Sieve } from "../unit.ts";

/** Drops yanked releases unless the Pipfile pins exactly that version (PEP 592). */
export const yanked: Sieve = {
  kind: "sieve",
  name: "yanked",
  rejects(candidate) {
    const file = candidate.facts.files.find(({ filename }) => filename === candidate.filename);
    if (file?.yanked === undefined || candidate.pinned) return undefined;
    return file.yanked === "" ? "is yanked" : `is yanked (${file.yanked})`;
  },
};
