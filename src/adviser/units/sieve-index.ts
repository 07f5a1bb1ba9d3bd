import type { Sieve } from "../unit.ts";

/** Drops releases of indexes that the policy of the project does not allow. */
export const allowedIndex: Sieve = {
  kind: "sieve",
  name: "index",
  only: "a policy on indexes",
  includes: ({ project }) =>
    project.settings?.policy.indexes.allowed !== undefined ||
    (project.settings?.policy.indexes.packages.size ?? 0) > 0,
  rejects({ release: { name, index } }, { project }) {
    const { allowed, packages } = project.settings?.policy.indexes ?? {};
    const own = packages?.get(name);
    if (own !== undefined)
      return own === index ? undefined : `comes from ${index}, and the policy wants ${own}`;
    if (allowed === undefined || allowed.has(index)) return undefined;
    return `comes from ${index}, which the policy does not allow`;
  },
};
