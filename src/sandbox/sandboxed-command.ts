/**
 * A user nobody is: between those that useradd gives out and nobody, and below 65536, so that it
 * exists in a container too.
 */
export const sandboxUser = 65_531;

/** The means to run foreign code on this machine: bubblewrap and prlimit, tried and working. */
export interface Sandbox {
  readonly bubblewrap: string;
  /** e.g. "bubblewrap 0.8.0", for the record. */
  readonly version: string;
  readonly prlimit: string;
  /** This bubblewrap can bound the size of a folder in memory. */
  readonly sizedMemory: boolean;
  /** Ways to isolate that work here, the better one first. */
  readonly isolations: readonly Isolation[];
}

/**
 * "user": started by root, the command runs as a user of its own. "namespace": the command runs as
 * the one who started us, alone in a user namespace. `countsProcesses`: the kernel can limit how
 * many there are; it never does for root, and before 5.14 it would count those outside too.
 */
export type Isolation =
  | { readonly kind: "user"; readonly setpriv: string; readonly countsProcesses: true }
  | { readonly kind: "namespace"; readonly countsProcesses: boolean };

export interface SandboxLimits {
  /** Of wall time; then everything in the sandbox is killed. */
  readonly timeoutMs: number;
  /** Of one process; all together may use twice that. */
  readonly memoryBytes: number;
  /** Alive at once. */
  readonly processes: number;
  /** Of one file. */
  readonly fileBytes: number;
  /** This folder's disk must keep room for the machine itself. */
  readonly disk?: string;
}

/** Something of this machine shown inside, at `to` (the same path where absent). */
export interface Mount {
  readonly from: string;
  readonly to?: string;
  /** It may hold files that only their owner can read, so the command must run as that user. */
  readonly ownerOnly?: boolean;
}

export interface SandboxedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /**
   * A folder that holds a whole system of its own, shown in place of this machine's. Nothing of
   * this machine runs there, so the command itself must take the limits upon it: `python/entry.py`.
   */
  readonly root?: string | undefined;
  /** Added to a minimal environment; nothing of ours gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Folders of the interpreter (its prefixes); the system's own are always there. */
  readonly interpreterPaths: readonly string[];
  readonly readOnly: readonly Mount[];
  readonly writable: readonly Mount[];
  /** Folders that live in memory and are gone afterwards. */
  readonly inMemory?: readonly { readonly path: string; readonly bytes: number }[];
  readonly limits: SandboxLimits;
  readonly signal?: AbortSignal | undefined;
  readonly maxOutputBytes?: number;
  readonly onStdout?: (text: string) => void;
}
