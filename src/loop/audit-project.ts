import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Pipfile, parsePipfile } from "../python/pipfile.ts";
import { type PipfileLock, parseLock } from "../python/pipfile-lock.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { shownPath } from "./manifest.ts";

/** What an audit reads: a lock, a Pipfile, or both; never neither. */
export interface AuditedProject {
  readonly directory: string;
  /** The lock, or the Pipfile where there is none, as the user would type it. */
  readonly file: string;
  readonly lock?: PipfileLock;
  readonly lockText?: string;
  readonly pipfile?: Pipfile;
  readonly pipfileText?: string;
  readonly pipfileName?: string;
}

/**
 * Reads the lock that is named, else that of the directory, with the Pipfile beside it; a lock can
 * be audited without. Throws `bad-lock`, `bad-toml`, `bad-pipfile`, or `no-pipfile` where there is
 * nothing to audit.
 */
export function readAuditedProject(
  { directory, lock: named }: { readonly directory: string; readonly lock: string | undefined },
  from: string,
): AuditedProject {
  const lockPath = named === undefined ? join(directory, "Pipfile.lock") : resolve(from, named);
  const beside = dirname(lockPath);
  const pipfilePath = join(beside, "Pipfile");
  const lockText = readText(lockPath);
  const pipfileText = readText(pipfilePath);
  if (lockText === undefined && named !== undefined) {
    throw new ThothError("bad-lock", `no lock at \`${shownPath(lockPath, from)}\``, {
      hint: "name a Pipfile.lock that is there: `thoth audit --lock FILE`",
    });
  }
  const lockName = shownPath(lockPath, from);
  const pipfileName = shownPath(pipfilePath, from);
  if (lockText === undefined && pipfileText === undefined) {
    throw new ThothError("no-pipfile", `neither Pipfile.lock nor Pipfile in \`${directory}\``, {
      hint: "an audit reads no pyproject.toml and no requirements: name a directory with a Pipfile.lock, `thoth audit DIR`",
    });
  }
  return {
    directory: beside,
    file: lockText === undefined ? pipfileName : lockName,
    ...(lockText !== undefined && { lockText, lock: auditedLock(lockText, lockName) }),
    ...(pipfileText !== undefined && {
      pipfileText,
      pipfileName,
      pipfile: parsePipfile(pipfileText, pipfileName),
    }),
  };
}

/** A lock that pins nothing and says of no Pipfile is none: nothing known against it means nothing. */
function auditedLock(text: string, name: string): PipfileLock {
  const lock = parseLock(text, name);
  if (lock.categories.size > 0 || lock.meta.sha256 !== undefined) return lock;
  throw new ThothError("bad-lock", `\`${name}\` is no lock: it has no \`_meta\` and pins nothing`, {
    hint: "make it again: `thoth advise`",
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new ThothError("no-pipfile", `\`${path}\` can't be read`, { cause: error });
  }
}
