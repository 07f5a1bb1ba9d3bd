import { probeSandbox } from "../../sandbox/sandbox.ts";
import type { Check } from "./check.ts";

const ways = { user: "as a user of its own", namespace: "in a user namespace" } as const;

const remedies = {
  missing: "`apt-get install bubblewrap util-linux`, or what your system has for it",
  old: "install a newer one",
  refused:
    "it needs user namespaces: see `sysctl user.max_user_namespaces`, on Ubuntu `kernel.apparmor_restrict_unprivileged_userns`, in a container its seccomp profile",
} as const;

/** Whether a command really starts in bubblewrap. */
export const sandbox: Check<unknown> = {
  name: "sandbox",
  find: async () => {
    const probe = await probeSandbox();
    if ("sandbox" in probe) {
      const { version, isolations } = probe.sandbox;
      const kinds = isolations.map(({ kind }) => ways[kind]);
      const facts = { version, isolation: isolations[0]?.kind ?? "" };
      return [{ condition: "works", text: `${version}, runs ${kinds.join(" or ")}`, facts }];
    }
    return [
      {
        condition: "warning",
        text: `${probe.problem}: no code of packages is run, so nothing is built or imported`,
        hint: remedies[probe.because],
      },
    ];
  },
};
