import type { Finding } from "../../model/checkup.ts";
import { ThothError } from "../../util/errors.ts";
import type { Check, Patient } from "./check.ts";

// An index tells whole seconds, and its answer travels
const noticeableMs = 10_000;
// The usual freshness: lists would count as current for too long, or not at all
const harmfulMs = 600_000;

interface Asked extends Pick<Patient, "indexes"> {
  readonly configuration: Pick<Patient["configuration"], "offline">;
}

/** The clock of this machine against that of an index. */
export const clock: Check<Asked> = {
  name: "clock",
  find: async ({ configuration, indexes }) => {
    const offline = configuration.offline;
    const answers = offline ? [] : await indexes().catch(noneForThoseWhoCanMend);
    const ahead = answers.flatMap(({ probe }) => probe.aheadMs ?? []);
    const [skew] = ahead.sort((a, b) => Math.abs(a) - Math.abs(b));
    return [skew === undefined ? unknown : told(skew)];
  },
};

/** The check of the index tells them. */
function noneForThoseWhoCanMend(error: unknown): readonly [] {
  if (error instanceof ThothError) return [];
  throw error;
}

const unknown: Finding = {
  condition: "unknown",
  text: "no index told the time, so nobody knows whether this clock is right",
};

function told(aheadMs: number): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const facts = { behindSeconds: Math.round(aheadMs / 1000) };
  if (Math.abs(aheadMs) < noticeableMs) {
    return { condition: "works", text: `within ${Math.max(1, seconds)} s of the index's`, facts };
  }
  const direction = aheadMs > 0 ? "slow" : "fast";
  return {
    condition: Math.abs(aheadMs) < harmfulMs ? "warning" : "broken",
    text: `this clock is ${seconds} s ${direction}, by the index's: the age of what is known can't be trusted`,
    hint: "set it, for example with `timedatectl set-ntp true`",
    facts,
  };
}
