import type { Wrap } from "../unit.ts";

const inactive = "Development Status :: 7 - Inactive";

/**
 * Warns of projects that their index calls archived or deprecated (PEP 792), or that call
 * themselves inactive. Where neither was learnt, nothing is said.
 */
export const projectStatus: Wrap = {
  kind: "wrap",
  name: "project-status",
  remarks({ name, index }, { knowledge }) {
    const { state, reason } = knowledge.releases(name, index)?.status ?? {};
    if (state === "archived" || state === "deprecated") {
      const why = reason === undefined ? "" : `: ${reason}`;
      return `is of a project that its index calls ${state}${why}`;
    }
    const classifiers = knowledge.about(name, index)?.classifiers ?? [];
    return classifiers.includes(inactive)
      ? "is of a project that calls itself inactive"
      : undefined;
  },
};
