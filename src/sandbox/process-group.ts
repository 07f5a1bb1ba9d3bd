import { setTimeout as sleep } from "node:timers/promises";
import { processTable } from "./process-table.ts";

const graceMs = 3000;
const pollMs = 20;
// A process in uninterruptible sleep ignores even KILL; waiting for it for ever helps nobody.
const giveUpMs = 10_000;

/**
 * Ends every process of the group that `leader` leads: TERM, KILL after 3 s, again until none is
 * left. Killing the leader alone leaves its children behind, which keep our pipes open.
 */
export async function endGroup(leader: number, first: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (!signalGroup(leader, first)) return;
  const start = Date.now();
  for (;;) {
    await sleep(pollMs);
    const elapsed = Date.now() - start;
    const hard = first === "SIGKILL" || elapsed > graceMs;
    if (!signalGroup(leader, hard ? "SIGKILL" : 0) || onlyZombies(leader)) return;
    if (elapsed > graceMs + giveUpMs) return;
  }
}

/** Orphans wait, dead, until init takes note of them, which can last seconds in a container. */
function onlyZombies(leader: number): boolean {
  const members = processTable().filter((entry) => entry.group === leader);
  return members.length > 0 && members.every((entry) => entry.zombie);
}

/** False once the group has no member left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      if (error.code === "ESRCH") return false;
      // macOS answers EPERM for a group whose members are all dead but not yet reaped.
      if (error.code === "EPERM") return false;
    }
    throw error;
  }
}
