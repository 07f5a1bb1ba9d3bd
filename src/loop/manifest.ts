import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Pipfile, parsePipfile } from "../python/pipfile.ts";
import { type PipfileLock, parseLock } from "../python/pipfile-lock.ts";
import { ThothError } from "../util/errors.ts";

/** A project directory as found: what the user wrote and what was locked before. */
export interface Manifest {
  readonly directory: string;
  /** Absolute paths. */
  readonly pipfilePath: string;
  readonly lockPath: string;
  readonly text: string;
  readonly pipfile: Pipfile;
  /** Exact bytes of the old lock; undefined if there is none. */
  readonly lockText: string | undefined;
  readonly lock: PipfileLock | undefined;
}

/**
 * Reads a project; mistakes are placed as seen `from` there. Throws ThothError `no-pipfile`,
 * `bad-toml`, `bad-pipfile` or `bad-lock`.
 */
export function readManifest(directory: string, from: string): Manifest {
  const pipfilePath = join(directory, "Pipfile");
  const lockPath = join(directory, "Pipfile.lock");
  const text = readText(pipfilePath);
  if (text === undefined) {
    throw new ThothError("no-pipfile", `no Pipfile in \`${directory}\``, {
      hint: "run thoth in a project directory, or name one: `thoth advise DIR`",
    });
  }
  const pipfile = parsePipfile(text, shownPath(pipfilePath, from));
  const lockText = readText(lockPath);
  const lock = lockText === undefined ? undefined : parseLock(lockText, shownPath(lockPath, from));
  return { directory, pipfilePath, lockPath, text, pipfile, lockText, lock };
}

/** A path as the user would type it from where they are. */
export function shownPath(path: string, from: string): string {
  const shown = relative(from, path);
  return shown === "" ? "." : shown;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new ThothError("no-pipfile", `\`${path}\` can't be read`, { cause: error });
  }
}
