import { parseVersion } from "../../python/version.ts";
import { contains } from "../../python/version-range.ts";
import type { Sieve } from "../unit.ts";

/** Drops releases that a rule of the project says are never to be advised. */
export const rules: Sieve = {
  kind: "sieve",
  name: "rules",
  only: "`[[rule]]` in thoth.toml",
  includes: ({ project }) => (project.settings?.rules.length ?? 0) > 0,
  rejects({ release }, { project }) {
    const version = parseVersion(release.version);
    const rule = project.settings?.rules.find(
      ({ name, range }) =>
        name === release.name && version !== undefined && contains(range, version),
    );
    return rule && `is ruled out by ${rule.where}: ${rule.reason}`;
  },
};
