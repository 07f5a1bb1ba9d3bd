import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode } from "./atomic-write.ts";

/** Names one process for good: a number alone is given again to another one sooner or later. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every boot; "" where the system does not say. */
  readonly boot: string;
  readonly pid: number;
  /** When the process began, in the kernel's own units; "" where the system does not say. */
  readonly start: string;
}

let own: ProcessIdentity | undefined;

/** This process. Read once. */
export function ownIdentity(): ProcessIdentity {
  own ??= {
    host: hostname(),
    boot: readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "",
    pid: process.pid,
    start: processStatus(process.pid)?.start ?? "",
  };
  return own;
}

/**
 * Whether a process still runs. `elsewhere`: it belongs to another machine, so nobody here can
 * tell. A zombie is dead: it holds nothing, though signals still reach it.
 */
export function liveness(identity: ProcessIdentity): "alive" | "dead" | "elsewhere" {
  const self = ownIdentity();
  if (identity.host !== self.host) return "elsewhere";
  if (identity.boot !== self.boot) return "dead";
  const status = processStatus(identity.pid);
  if (status === undefined) return signalReaches(identity.pid) ? "alive" : "dead";
  if (status.state === "Z" || status.state === "X") return "dead";
  return status.start === identity.start ? "alive" : "dead";
}

/** Tells the dead; each process is looked up once, however often it is asked about. */
export function deadProcesses(): (identity: ProcessIdentity) => boolean {
  const known = new Map<string, boolean>();
  return (identity) => {
    const key = `${identity.host} ${identity.boot} ${identity.pid} ${identity.start}`;
    const dead = known.get(key) ?? liveness(identity) === "dead";
    known.set(key, dead);
    return dead;
  };
}

/** Whether some process of this number exists, be it the one that was meant or a later one. */
export function processExists(pid: number): boolean {
  return signalReaches(pid);
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return errorCode(error) !== "ESRCH";
  }
}

function processStatus(pid: number): { state: string; start: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in brackets and may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "" };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: the process ended between open and read. EACCES, ENOENT: no /proc, or not for us.
    if (["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"].includes(errorCode(error) ?? "")) {
      return undefined;
    }
    throw error;
  }
}
