import { staleText } from "../../reports/advisories-age.ts";
import type { Boot } from "../unit.ts";

/** Warns of advisories so old that many newer ones are likely to be missing. */
export const advisoryAge: Boot = {
  kind: "boot",
  name: "advisory-age",
  only: "advice of a known time",
  includes: ({ project }) => (project.settings?.moment ?? 0) > 0,
  run({ knowledge, project }) {
    const database = knowledge.advisoryDatabase();
    const message = database && staleText(database, project.settings?.moment ?? 0);
    return { notes: message === undefined ? [] : [{ type: "WARNING", message }] };
  },
};
