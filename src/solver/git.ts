import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type ProcessResult, runProcess } from "../sandbox/process.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";

export interface GitOptions {
  /** git's own settings count (insteadOf, proxies, keys), so it gets the user's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface GitPlace {
  readonly url: string;
  /** Branch, tag or full commit; the default branch where absent. */
  readonly ref?: string;
}

const fullCommit = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/**
 * The full commit that a ref of a repository stands for now.
 * @throws ThothError("git-failed") where the repository can't be read or has no such ref.
 */
export async function resolveGit(place: GitPlace, options: GitOptions = {}): Promise<string> {
  const { ref = "HEAD" } = place;
  refuseOptions(place);
  if (fullCommit.test(ref)) return ref;
  const result = await git(["ls-remote", "--", place.url], options);
  if (result.exitCode !== 0) throw failure(place, "can't be read", result);
  const commit = commitOf(ref, result.stdout);
  if (commit !== undefined) return commit;
  throw new ThothError("git-failed", `${safeText(place.url)} has no branch or tag \`${ref}\``, {
    hint: "a commit must be given in full (40 digits)",
  });
}

function commitOf(ref: string, listing: string): string | undefined {
  const commits = new Map(
    listing.split("\n").map((line) => {
      const [commit = "", name = ""] = line.split("\t");
      return entry(name, commit);
    }),
  );
  // The commit behind an annotated tag stands under its name with `^{}`.
  const names = [
    `refs/tags/${ref}^{}`,
    `refs/tags/${ref}`,
    `refs/heads/${ref}`,
    ref,
    `refs/${ref}`,
  ];
  return names.map((name) => commits.get(name)).find((commit) => commit !== undefined);
}

/**
 * Makes `folder` (which must not exist) a checkout of the commit: history and tags for backends
 * that make a version of them, no submodules, no hooks, no address of the repository.
 * @throws ThothError("git-failed"); then the folder is removed again.
 */
export async function cloneAt(
  url: string,
  commit: string,
  folder: string,
  options: GitOptions = {},
): Promise<void> {
  refuseOptions({ url, ref: commit });
  mkdirSync(dirname(folder), { recursive: true });
  const clone = [
    "clone",
    "--quiet",
    "--no-checkout",
    "--no-recurse-submodules",
    "--filter=blob:none",
    "--template=",
    "--",
    url,
    folder,
  ];
  try {
    await step(url, clone, options);
    const known = await git(["-C", folder, "cat-file", "-e", `${commit}^{commit}`], options);
    // On no branch (a pull request): most servers still hand it out by name.
    if (known.exitCode !== 0) {
      await step(url, ["-C", folder, "fetch", "--quiet", "origin", commit], options);
    }
    await step(url, ["-C", folder, "checkout", "--quiet", "--detach", commit], options);
    // Its address may hold a password, which is none of the build's business.
    await step(url, ["-C", folder, "remote", "remove", "origin"], options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function step(url: string, args: readonly string[], options: GitOptions): Promise<void> {
  const result = await git(args, options);
  if (result.exitCode !== 0) throw failure({ url }, "can't be cloned", result);
}

const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.symlinks=true",
  "submodule.recurse=false",
  "advice.detachedHead=false",
];

function git(args: readonly string[], options: GitOptions): Promise<ProcessResult> {
  const own = Object.entries(options.environment ?? process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [entry(name, value)],
  );
  return runProcess({
    command: "git",
    args: [...settings.flatMap((setting) => ["-c", setting]), ...args],
    env: {
      // Defaults that ask nobody; what the user set instead counts.
      GIT_ASKPASS: "true",
      GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
      ...Object.fromEntries(own),
      GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
      GIT_TERMINAL_PROMPT: "0",
      GIT_LFS_SKIP_SMUDGE: "1",
      LC_ALL: "C",
    },
    timeoutMs: options.timeoutMs ?? 300_000,
    signal: options.signal,
  });
}

/** git takes what begins with a dash for an option, some of which run programs. */
function refuseOptions({ url, ref = "" }: GitPlace): void {
  if (!url.startsWith("-") && !ref.startsWith("-")) return;
  throw new ThothError("git-failed", `\`${safeText(`${url} ${ref}`.trim())}\` is no git address`);
}

function failure(place: GitPlace, what: string, result: ProcessResult): ThothError {
  const notes = result.stderr.trim().split("\n").map(safeText).slice(-5);
  return new ThothError("git-failed", `the git repository ${safeText(place.url)} ${what}`, {
    notes: result.timedOut ? ["git did not end in time"] : notes,
  });
}

function entry(name: string, value: string): readonly [string, string] {
  return [name, value];
}
