import type { Wrap } from "../unit.ts";

/** Warns of projects that their index calls archived or deprecated (PEP 792). */
export const projectStatus: Wrap = {
  kind: "wrap",
  name: "project-status",
  remarks({ name, index }, { knowledge }) {
    const { state, reason } = knowledge.releases(name, index)?.status ?? {};
    if (state !== "archived" && state !== "deprecated") return undefined;
    const why = reason === undefined ? "" : `: ${reason}`;
    return `is of a project that its index calls ${state}${why}`;
  },
};
