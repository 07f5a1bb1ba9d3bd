import { coolDownUnit } from "../release-age.ts";
import { TimelyKnowledge } from "../timely-knowledge.ts";
import type { Wrap } from "../unit.ts";

/** Tells of releases that are younger than the cool-down and were let through as a security fix. */
export const coolDownExemption: Wrap = {
  kind: "wrap",
  name: `${coolDownUnit}-exemption`,
  remarks(release, { knowledge }) {
    if (!(knowledge instanceof TimelyKnowledge)) return undefined;
    const mended = knowledge.timeliness(release)?.exempt;
    return mended === undefined ? undefined : `is younger than the cool-down: it ${mended}`;
  },
};
