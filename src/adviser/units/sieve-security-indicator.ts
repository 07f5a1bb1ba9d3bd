import type { Sieve } from "../unit.ts";
import { alarmText, scans } from "./scan-alarms.ts";

/** Drops releases in which a scan found what means harm. Lint, however much, drops nothing. */
export const harmful: Sieve = {
  kind: "sieve",
  name: "harmful-code",
  rejects(candidate, context) {
    const alarm = alarmText(scans(candidate, context), "block");
    if (alarm === undefined) return undefined;
    const { name, version } = candidate.release;
    return `is refused for its code: ${alarm}; see \`thoth si-scan ${name}==${version} -v\``;
  },
};
