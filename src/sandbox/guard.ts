import { descendants, privateBytes } from "./process-table.ts";

/**
 * Watches what the kernel's own limits leave open: they hold for each process alone, and the number
 * of processes is not limited at all for root.
 */
export function guardOf(limits: {
  readonly memoryBytes: number;
  readonly processes: number;
}): (pid: number) => "memory" | "processes" | undefined {
  return (pid) => {
    const alive = descendants(pid);
    // bubblewrap itself is two of them.
    if (alive.length > limits.processes + 2) return "processes";
    const used = alive.reduce((sum, process) => sum + privateBytes(process), 0);
    return used > 2 * limits.memoryBytes ? "memory" : undefined;
  };
}
