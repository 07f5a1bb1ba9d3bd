import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Pipfile, parsePipfile } from "../python/pipfile.ts";
import type { PipfileLock } from "../python/pipfile-lock.ts";
import { ThothError } from "../util/errors.ts";
import { parseLockFile } from "./lock-file.ts";
import { readManifest, shownPath } from "./manifest.ts";
import { type ManifestSettings, manifestFiles } from "./manifest-choice.ts";
import { manifestFolder, type OverlayWish } from "./overlay.ts";
import { readText } from "./text-file.ts";

/** What an audit reads: a lock, what says what is needed, or both; never neither. */
export interface AuditedProject {
  readonly directory: string;
  /** The lock, or the manifest where there is none, as the user would type it. */
  readonly file: string;
  readonly kind: "lock" | "pipfile";
  /** A Pipfile.lock or pylock.toml. */
  readonly lock?: PipfileLock;
  readonly lockText?: string;
  /** A lock that is a requirements file, as what it would be in a Pipfile. */
  readonly pinned?: Pipfile;
  readonly pipfile?: Pipfile;
  readonly pipfileText?: string;
  readonly pipfileName?: string;
}

type AuditSettings = ManifestSettings & OverlayWish;
const usual: AuditSettings = {
  ...{ overlaysDirectory: undefined, environments: [], runtime: undefined, python: undefined },
};

/**
 * Reads the lock that is named, else the project's, with the manifest that it is of; a lock can be
 * audited without. Throws as `readManifest`, `bad-lock`, or `no-pipfile` where there is nothing to
 * audit.
 */
export function readAuditedProject(
  { directory, lock: named }: { readonly directory: string; readonly lock: string | undefined },
  from: string,
  settings: AuditSettings = usual,
): AuditedProject {
  const files =
    named === undefined ? filesOf(directory, settings) : filesBeside(resolve(from, named));
  const lockName = shownPath(files.lock, from);
  const lockText = readText(files.lock, "bad-lock", lockName);
  if (lockText === undefined && named !== undefined) {
    throw new ThothError("bad-lock", `no lock at \`${lockName}\``, {
      hint: "name one that is there: `thoth audit --lock FILE`",
    });
  }
  const manifest = manifestAt(files.manifest, from, settings);
  const beside = { directory: dirname(files.lock), ...manifest };
  if (lockText !== undefined) {
    const file = lockName;
    if (!isRequirements(files.lock, lockText))
      return { ...beside, file, kind: "lock", lockText, lock: auditedLock(lockText, file) };
    const { pipfile } = readManifest(dirname(files.lock), from, { input: files.lock });
    const isWhole = manifest.pipfile !== undefined || isHashed(pipfile);
    if (isWhole) return { ...beside, file, kind: "lock", pinned: pipfile };
    return { ...beside, file, kind: "pipfile", pipfile, pipfileText: lockText, pipfileName: file };
  }
  if (manifest.pipfileName !== undefined)
    return { ...beside, file: manifest.pipfileName, kind: "pipfile" };
  throw new ThothError("no-pipfile", `neither a lock nor a Pipfile in \`${directory}\``, {
    hint: "name a directory with a Pipfile.lock, a pylock.toml or a requirements.txt: `thoth audit DIR`",
  });
}

interface AuditedFiles {
  readonly lock: string;
  readonly manifest: string;
}

/** The files that advice would take; where nothing says what is needed, the lock that lies there. */
function filesOf(directory: string, settings: AuditSettings): AuditedFiles {
  const folder = manifestFolder(directory, settings);
  try {
    const { input, lock } = manifestFiles(folder, settings);
    return { manifest: input, lock };
  } catch (error) {
    const isAsked = settings.input !== undefined || settings.requirementsFormat !== undefined;
    if (!(error instanceof ThothError) || error.code !== "no-pipfile" || isAsked) throw error;
    const names = ["Pipfile.lock", "pylock.toml", "requirements.txt"];
    const there = names.find((name) => existsSync(join(folder, name)));
    return filesBeside(join(folder, there ?? "Pipfile.lock"));
  }
}

function filesBeside(lock: string): AuditedFiles {
  const name = basename(lock);
  const manifest = name.endsWith(".toml")
    ? "pyproject.toml"
    : name.endsWith(".txt")
      ? name.replace(/\.txt$/, ".in")
      : "Pipfile";
  return { lock, manifest: join(dirname(lock), manifest) };
}

function manifestAt(
  path: string,
  from: string,
  { constraints }: ManifestSettings,
): Pick<AuditedProject, "pipfile" | "pipfileText" | "pipfileName"> {
  const pipfileName = shownPath(path, from);
  const text = readText(path, "no-pipfile", pipfileName);
  if (text === undefined) return {};
  const pipfile =
    basename(path) === "Pipfile"
      ? parsePipfile(text, pipfileName)
      : readManifest(dirname(path), from, { input: path, constraints }).pipfile;
  return { pipfileText: text, pipfileName, pipfile };
}

function isRequirements(lock: string, text: string): boolean {
  return !lock.endsWith(".toml") && basename(lock) !== "Pipfile.lock" && !/^\s*\{/.test(text);
}

/** pip takes such a file for all that is to be installed, and refuses anything else. */
function isHashed({ categories }: Pipfile): boolean {
  const entries = categories.flatMap((category) => category.entries);
  return entries.length > 0 && entries.every(({ hashes }) => hashes !== undefined);
}

/** A lock that pins nothing and says of no Pipfile is none: nothing known against it means nothing. */
function auditedLock(text: string, name: string): PipfileLock {
  const lock = parseLockFile(text, name);
  if (lock.categories.size > 0 || lock.meta.sha256 !== undefined) return lock;
  throw new ThothError("bad-lock", `\`${name}\` is no lock: it has no \`_meta\` and pins nothing`, {
    hint: "make it again: `thoth advise`",
  });
}
