import type { Boot } from "../unit.ts";

/** Says so where nothing can be installed to see whether it works: all then rests on metadata. */
export const solved: Boot = {
  kind: "boot",
  name: "solved",
  only: "a runtime that has no interpreter here",
  includes: ({ runtime, heedFailures }) => heedFailures && runtime.interpreter === undefined,
  run({ runtime }) {
    const message = `releases can't be tried out on ${runtime.id}: there is no interpreter of it here, so the advice rests on metadata and tags alone (\`thoth runtimes\` lists those that there are)`;
    return { notes: [{ type: "INFO", message }] };
  },
};
