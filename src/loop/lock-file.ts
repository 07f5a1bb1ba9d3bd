import { basename, join } from "node:path";
import { type PipfileLock, parseLock } from "../python/pipfile-lock.ts";
import { parsePylock } from "../python/pylock-reading.ts";
import { parseRequirementsLock } from "../python/requirements-lock.ts";
import { ThothError } from "../util/errors.ts";
import { type ManifestSettings, manifestFiles } from "./manifest-choice.ts";
import { manifestFolder, type OverlayWish } from "./overlay.ts";

/**
 * A lock of any format, told by its name: `*.toml` is a pylock.toml, a Pipfile.lock is JSON,
 * anything else a requirements file with pins. Throws `bad-toml` and `bad-lock`.
 */
export function parseLockFile(text: string, file: string): PipfileLock {
  if (file.endsWith(".toml")) return parsePylock(text, file);
  const isJson = basename(file) === "Pipfile.lock" || /^\s*\{/.test(text);
  return isJson ? parseLock(text, file) : parseRequirementsLock(text, file);
}

/** Whether a file in the folder of a run is the lock that it left. */
export function isLockName(name: string): boolean {
  return /\.(?:lock|txt)$|^pylock\b.*\.toml$/.test(name);
}

/** Where the lock of a project lies or would lie; of a folder that says of no needs: Pipfile.lock. */
export function projectLockPath(
  directory: string,
  configuration: ManifestSettings & OverlayWish,
): string {
  const folder = manifestFolder(directory, configuration);
  try {
    return manifestFiles(folder, configuration).lock;
  } catch (error) {
    const nothingThere = error instanceof ThothError && error.code === "no-pipfile";
    if (!nothingThere) throw error;
    return join(folder, "Pipfile.lock");
  }
}
