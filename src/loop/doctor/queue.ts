import type { Finding } from "../../model/checkup.ts";
import { counted } from "../../reports/wording.ts";
import type { Check } from "./check.ts";

const unreadable: Finding = {
  condition: "unknown",
  text: "not looked at: it is in the database, which does not answer",
};

/** The queue, whatever keeps it: whether it can be read, and whether messages were given up. */
export const queue: Check = {
  name: "queue",
  find: async ({ configuration, database, services }) => {
    const answer = configuration.messaging === "postgresql" ? await database() : undefined;
    if (answer?.problem !== undefined) return [unreadable];
    const { ready, leased, dead } = await (await services()).queue().stats();
    const text = `${counted(ready, "message")} waiting, ${leased} in work`;
    const facts = { ready, leased, dead };
    if (dead === 0) return [{ condition: "works", text, facts }];
    return [
      { condition: "works", text, facts },
      {
        condition: "warning",
        text: `${counted(dead, "message")} given up`,
        hint: "`thoth queue list --state dead` says why; `thoth queue retry --all` tries them again",
      },
    ];
  },
};
