import { statfsSync } from "node:fs";
import { descendants, privateBytes } from "./process-table.ts";
import type { SandboxLimits } from "./sandboxed-command.ts";

/** What ended a command: one of the limits, or the machine's disk was about to be full. */
export type Stop = "memory" | "processes" | "disk";

/**
 * Watches what the kernel's own limits leave open: they hold for each process alone, the number of
 * processes is not limited at all for root, and of a disk it lets everybody take the last byte.
 */
export function guardOf(
  limits: Pick<SandboxLimits, "memoryBytes" | "processes" | "disk">,
): (pid: number) => Stop | undefined {
  return (pid) => {
    const alive = descendants(pid);
    // bubblewrap itself is two of them.
    if (alive.length > limits.processes + 2) return "processes";
    const used = alive.reduce((sum, process) => sum + privateBytes(process), 0);
    if (used > 2 * limits.memoryBytes) return "memory";
    return limits.disk !== undefined && isNearlyFull(limits.disk) ? "disk" : undefined;
  };
}

const keptFree = 256 * 1024 ** 2;

/** Whether so little room is left on a folder's disk that this machine itself is in trouble. */
export function isNearlyFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < keptFree;
}
