/** What an archive may hold; beyond it is refused rather than read in part. */
export interface ArchiveLimits {
  readonly members: number;
  /** Of all members together, decompressed. */
  readonly totalBytes: number;
  /** Of one member that is kept. */
  readonly memberBytes: number;
  /** Of all members that are kept. */
  readonly keptBytes: number;
}

/** Ten times what the largest releases hold that were looked at (tensorflow, Django, numpy). */
export const defaultLimits: ArchiveLimits = {
  members: 100_000,
  totalBytes: 4_000_000_000,
  memberBytes: 30_000_000,
  keptBytes: 500_000_000,
};

/** An archive that is damaged, hostile or beyond the limits: an answer about it, not a bug. */
export class ArchiveRefused extends Error {
  readonly reason: "bad-archive" | "too-large";

  constructor(reason: "bad-archive" | "too-large", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ArchiveRefused";
    this.reason = reason;
  }
}

/** Counts what is read and throws ArchiveRefused at the first step too far. */
export class ArchiveMeter {
  readonly #limits: ArchiveLimits;
  #members = 0;
  #total = 0;
  #kept = 0;
  #read = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** One more member of so many bytes, decompressed. */
  member(bytes: number): void {
    this.#members += 1;
    this.#total += bytes;
    if (this.#members > this.#limits.members) refuse(`more than ${this.#limits.members} members`);
    if (this.#total > this.#limits.totalBytes) refuse(`more than ${this.#limits.totalBytes} bytes`);
  }

  /** So many bytes came out of the decompressor, be they part of a member or not. */
  read(bytes: number): void {
    this.#read += bytes;
    if (this.#read > this.#limits.totalBytes) refuse(`more than ${this.#limits.totalBytes} bytes`);
  }

  /** The archive has ended. A distribution without any member is none. */
  end(): void {
    if (this.#members === 0) throw new ArchiveRefused("bad-archive", "the archive is empty");
  }

  /** That member is going to be kept. */
  keep(path: string, bytes: number): void {
    this.#kept += bytes;
    if (bytes > this.#limits.memberBytes) refuse(`${path} has ${bytes} bytes`);
    if (this.#kept > this.#limits.keptBytes)
      refuse(`more than ${this.#limits.keptBytes} bytes of code`);
  }
}

function refuse(what: string): never {
  throw new ArchiveRefused("too-large", `the archive is beyond our limits: ${what}`);
}

/** Throws ArchiveRefused for a path that would leave the folder it is unpacked to. */
export function checkMemberPath(path: string): void {
  const leaves = /^[/\\]|^[a-z]:|\\|\0/i.test(path) || path.split("/").includes("..");
  if (leaves)
    throw new ArchiveRefused("bad-archive", `a member's path leaves the archive: ${path}`);
}

/** The same for the target of a link, which counts from the folder of the link, or the top. */
export function checkLink(path: string, target: string, from: "member" | "top"): void {
  const steps = [...(from === "member" ? path.split("/").slice(0, -1) : []), ...target.split("/")];
  let depth = 0;
  for (const step of steps) {
    if (step === "..") depth -= 1;
    else if (step !== "" && step !== ".") depth += 1;
    if (depth < 0) break;
  }
  if (depth >= 0 && !/^[/\\]|^[a-z]:/i.test(target)) return;
  throw new ArchiveRefused("bad-archive", `a link leaves the archive: ${path} -> ${target}`);
}
