import type { Sieve } from "../unit.ts";

/**
 * Drops yanked releases unless the Pipfile pins exactly that version (PEP 592), and even then where
 * the policy refuses them.
 */
export const yanked: Sieve = {
  kind: "sieve",
  name: "yanked",
  rejects(candidate, { project }) {
    const file = candidate.facts.files.find(({ filename }) => filename === candidate.filename);
    if (file?.yanked === undefined) return undefined;
    if (candidate.pinned && project.settings?.policy.yanked !== "refuse") return undefined;
    return file.yanked === "" ? "is yanked" : `is yanked (${file.yanked})`;
  },
};
