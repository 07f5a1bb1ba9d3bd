import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

/** What one run in the sandbox may use; its times are those of the work, `patience` times. */
export interface RunLimits {
  /** Of one process; all together may use twice that. */
  readonly memoryBytes: number;
  readonly patience: number;
  /** The second and last try, which has what this machine can give. */
  readonly last: boolean;
  /** Nobody else had use of the memory when it began: what runs out of it does so by itself. */
  readonly idle: boolean;
}

const gib = 1024 ** 3;
const usualBytes = 4 * gib;
const leastBytes = gib / 2;
const largestBytes = 16 * gib;
// All processes of a run may use twice the limit, and something must be left for the machine.
const shareOfOneRun = 0.45;

/** For a first try: a quarter of what is free, at most 4 GiB, since others run beside it. */
export function usualLimits(): RunLimits {
  const memoryBytes = Math.max(leastBytes, Math.min(usualBytes, availableMemory() / 4));
  return { memoryBytes: Math.floor(memoryBytes), patience: 1, last: false, idle: isIdle() };
}

/**
 * For a second try: twice the time, and as much memory as this machine can give, up to 16 GiB.
 * @throws ThothError("machine-busy") where others use it now, so that a failure would show nothing.
 */
function largestLimits(): RunLimits {
  const possible = Math.min(largestBytes, shareOfOneRun * totalMemory());
  const memoryBytes = Math.min(possible, shareOfOneRun * availableMemory());
  if (memoryBytes < possible / 2) throw machineBusy("too little memory is free to try it out");
  return { memoryBytes: Math.floor(memoryBytes), patience: 2, last: true, idle: isIdle() };
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Tries once more with more time and memory where the first try fell short of either; such second
 * tries take turns, since each may use all that is free.
 */
export async function tryTwice<Result>(
  attempt: (limits: RunLimits) => Promise<Result>,
  fellShort: (result: Result) => boolean,
): Promise<Result> {
  const first = await attempt(usualLimits());
  if (!fellShort(first)) return first;
  const again = (): Promise<Result> => attempt(largestLimits());
  const second = turn.then(again, again);
  turn = second;
  return second;
}

/** What others on the machine do is no package's fault: whoever waits is told to try again. */
export function machineBusy(message: string, notes: readonly string[] = []): ThothError {
  const mib = (bytes: number): number => Math.round(bytes / 1024 ** 2);
  const memory = `${mib(availableMemory())} of ${mib(totalMemory())} MiB of memory are free`;
  return new ThothError("machine-busy", message, {
    notes: [...notes, memory],
    hint: "end what uses the memory, then run it again",
  });
}

function isIdle(): boolean {
  return availableMemory() > 0.8 * totalMemory();
}

/** How many processes the system killed so far for want of memory; 0 where it does not tell. */
export function systemKills(): number {
  return Number(/^oom_kill (\d+)/m.exec(readKernel("/proc/vmstat"))?.[1] ?? 0);
}

/** Bytes of memory that can be used now without swapping, within the limit of a container. */
export function availableMemory(): number {
  const free = /^MemAvailable:\s+(\d+) kB/m.exec(readKernel("/proc/meminfo"))?.[1];
  return Math.min(totalMemory(), free === undefined ? totalmem() / 2 : Number(free) * 1024);
}

function totalMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

function readKernel(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "EACCES") return "";
    throw error;
  }
}
