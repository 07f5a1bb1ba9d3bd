import type { Sieve } from "../unit.ts";

/** Drops all releases of a package but the one that `--update` asks about. */
export const packageUpdate: Sieve = {
  kind: "sieve",
  name: "package-update",
  only: "`--update`",
  includes: ({ project }) => project.settings?.update !== undefined,
  rejects({ release }, { project }) {
    const update = project.settings?.update;
    if (update === undefined || update.name !== release.name) return undefined;
    if (update.version === release.version) return undefined;
    return `is not ${update.version}, the update that is to be judged`;
  },
};
