import { refresh } from "../loop/refresh.ts";
import type { Emit } from "../model/event.ts";
import { counted } from "../reports/wording.ts";
import { ThothError } from "../util/errors.ts";
import { pause } from "../util/pause.ts";
import type { Services } from "../wiring.ts";

/** Releases that one refresh queues to be solved at most, and to be scanned. */
const most = 100;
/** A longer timer ends at once. */
const longestPauseMs = 2 ** 31 - 1;

/**
 * Looks for what changed on the indexes, now and every so often, until stopped. A refresh that
 * fails is told, and the next one goes on from what it learnt.
 */
export async function refreshRegularly(
  services: Services,
  everyMs: number,
  emit: Emit,
): Promise<void> {
  const { signal } = services;
  while (!signal.aborted) {
    try {
      emit({ type: "investigator", state: "refreshed", detail: await refreshed(services) });
    } catch (error) {
      if (signal.aborted) return;
      const what = error instanceof ThothError ? error.message : `a bug of Thoth: ${String(error)}`;
      emit({ type: "warning", message: `no refresh: ${what}` });
    }
    await pause(Math.min(everyMs, longestPauseMs), signal);
  }
}

async function refreshed(services: Services): Promise<string> {
  const scope = { names: [], projects: false, max: most, dryRun: false };
  const { packages, asked, queued, failed, down } = await refresh(services, scope);
  const messages = Object.values(queued).reduce((sum, count) => sum + count, 0);
  const trouble = failed.length + down.length;
  return [
    `${asked} of ${counted(packages, "package")} asked for`,
    `${counted(messages, "message")} queued`,
    ...(trouble > 0 ? [`${counted(trouble, "failure")}`] : []),
  ].join(", ");
}
