import { linkSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, inNewFolder, removeFile, temporaryName } from "./atomic-write.ts";
import { liveness, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/** Held until `release`; a process that dies releases it too. */
export interface ProcessLock {
  release(): void;
}

export interface LockOptions {
  /** How long to wait for whoever holds it. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Somebody else held the lock all the time; `holder` says who, for people. */
export class LockTimeoutError extends Error {
  readonly holder: string;

  constructor(path: string, holder: string) {
    super(`\`${path}\` is held by ${holder}`);
    this.name = "LockTimeoutError";
    this.holder = holder;
  }
}

// Whoever holds a lock on another machine can't be asked whether it lives; no holder needs
// a tenth of this.
const foreignLeaseMs = 600_000;

/**
 * Mutual exclusion between processes by a file that holds its owner's identity. The file appears
 * complete (`link`), a dead owner's is taken over at once. Throws LockTimeoutError, the signal's
 * reason, or the errors of `node:fs`. Not re-entrant.
 */
export async function acquireLock(path: string, options: LockOptions): Promise<ProcessLock> {
  const candidate = new Candidate(path);
  try {
    const deadline = Date.now() + options.timeoutMs;
    for (let round = 0; ; round += 1) {
      if (candidate.take()) return candidate;
      options.signal?.throwIfAborted();
      if (Date.now() >= deadline) throw new LockTimeoutError(path, candidate.holder());
      await sleep(pauseMs(round), undefined, options.signal ? { signal: options.signal } : {});
    }
  } finally {
    candidate.tidy();
  }
}

/** `acquireLock` for callers that can't wait asynchronously; it stops the whole process. */
export function acquireLockSync(
  path: string,
  options: { readonly timeoutMs: number },
): ProcessLock {
  const candidate = new Candidate(path);
  try {
    const deadline = Date.now() + options.timeoutMs;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (let round = 0; ; round += 1) {
      if (candidate.take()) return candidate;
      if (Date.now() >= deadline) throw new LockTimeoutError(path, candidate.holder());
      Atomics.wait(clock, 0, 0, pauseMs(round));
    }
  } finally {
    candidate.tidy();
  }
}

/** Grows to 20 ms, and differs between those who wait, so that they don't meet again. */
function pauseMs(round: number): number {
  return Math.min(1 + round, 20) * (0.5 + Math.random());
}

interface Owner extends ProcessIdentity {
  readonly token: string;
}

class Candidate implements ProcessLock {
  readonly #path: string;
  readonly #temporary: string;
  readonly #token: string;

  constructor(path: string) {
    this.#path = path;
    this.#temporary = temporaryName(path);
    this.#token = this.#temporary.slice(path.length + 1);
    const owner: Owner = { ...ownIdentity(), token: this.#token };
    try {
      inNewFolder(path, () =>
        writeFileSync(this.#temporary, JSON.stringify(owner), { flag: "wx" }),
      );
    } catch (error) {
      // A full disk has room for the name, not for what the file is to hold
      removeFile(this.#temporary);
      throw error;
    }
  }

  /** True once the lock is ours. Clears a dead owner's out of the way first. */
  take(): boolean {
    if (this.#link()) return true;
    const owner = readOwner(this.#path);
    if (owner === "gone") return this.#link();
    if (!isAbandoned(this.#path, owner)) return false;
    return this.#clear(owner) && this.#link();
  }

  tidy(): void {
    removeFile(this.#temporary);
  }

  release(): void {
    const owner = readOwner(this.#path);
    if (typeof owner === "object" && owner.token === this.#token) removeFile(this.#path);
  }

  holder(): string {
    const owner = readOwner(this.#path);
    return typeof owner === "object" ? `process ${owner.pid} on ${owner.host}` : "another process";
  }

  #link(): boolean {
    try {
      linkSync(this.#temporary, this.#path);
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
  }

  /**
   * Of all who find the owner dead, one makes the claim file and may remove the lock; it looks
   * again first, for the lock may have passed to a living owner since. A claimant that dies
   * between the two leaves its claim, which the next one clears.
   */
  #clear(owner: Owner | "unreadable"): boolean {
    const token = owner === "unreadable" ? owner : owner.token;
    const claim = `${this.#path}.steal.${token}`;
    try {
      linkSync(this.#temporary, claim);
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
      const claimant = readOwner(claim);
      if (claimant !== "gone" && isAbandoned(claim, claimant)) removeFile(claim);
      return false;
    }
    try {
      const now = readOwner(this.#path);
      if (now === "gone") return true;
      if ((now === "unreadable" ? now : now.token) !== token) return false;
      removeFile(this.#path);
      return true;
    } finally {
      removeFile(claim);
    }
  }
}

function isAbandoned(path: string, owner: Owner | "unreadable"): boolean {
  const state = owner === "unreadable" ? "elsewhere" : liveness(owner);
  if (state !== "elsewhere") return state === "dead";
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return touched !== undefined && Date.now() - touched > foreignLeaseMs;
}

function readOwner(path: string): Owner | "gone" | "unreadable" {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "gone";
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isOwner(value) ? value : "unreadable";
  } catch (error) {
    if (error instanceof SyntaxError) return "unreadable";
    throw error;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  return (
    "host" in value &&
    typeof value.host === "string" &&
    "boot" in value &&
    typeof value.boot === "string" &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "start" in value &&
    typeof value.start === "string" &&
    "token" in value &&
    typeof value.token === "string"
  );
}
