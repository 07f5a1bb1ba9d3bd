import type { Boot } from "../unit.ts";

/** Says that the old lock, whose pins are preferred, was made from another Pipfile. */
export const pipfileHash: Boot = {
  kind: "boot",
  name: "pipfile-hash",
  run({ project }) {
    if (project.settings?.lockIsOfOtherPipfile() !== true) return { notes: [] };
    const message =
      "the old lock was made from another Pipfile (its hash differs): its pins stay where they still fit";
    return { notes: [{ type: "INFO", message }] };
  },
};
