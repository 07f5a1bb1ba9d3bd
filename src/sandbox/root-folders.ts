import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { ThothError } from "../util/errors.ts";
import { pythonScript } from "../util/package-root.ts";
import { type Isolation, type SandboxLimits, sandboxUser } from "./sandboxed-command.ts";

// What the sandbox makes itself, and where a system that runs would have sockets and devices.
const leftOut = new Set(["proc", "sys", "dev", "tmp", "run", "mnt", "media"]);
// Where the sandbox shows what it works on.
const ownFolders = new Set(["thoth", "pip", "wheels", "work", "source", "out"]);

/**
 * Arguments of bubblewrap that show another system in place of this machine's: each of its folders
 * read-only. The root itself is not bound, since places for our own folders are made in it.
 * @throws ThothError("no-sandbox") where the folder holds what the sandbox must hide.
 */
export function rootFolders(root: string): readonly string[] {
  refuseRevealing(root);
  const names = readdirSync(root).filter((name) => !leftOut.has(name) && !ownFolders.has(name));
  return [...names.flatMap((name) => shown(root, name)), ...ownFiles(root)];
}

function shown(root: string, name: string): readonly string[] {
  const [path, inside] = [join(root, name), `/${name}`];
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return ["--symlink", readlinkSync(path), inside];
  return status.isDirectory() ? ["--ro-bind", path, inside] : [];
}

/** Names of users and hosts as in every sandbox of ours, where that system has such files. */
function ownFiles(root: string): readonly string[] {
  return ["passwd", "group", "nsswitch.conf", "hosts"].flatMap((name) => {
    const status = lstatSync(join(root, "etc", name), { throwIfNoEntry: false });
    if (!(status?.isFile() ?? false)) return [];
    return ["--ro-bind", pythonScript(`sandbox-etc/${name}`), `/etc/${name}`];
  });
}

function refuseRevealing(root: string): void {
  if (relative(root, homedir()).startsWith("..")) return;
  throw new ThothError("no-sandbox", `\`${root}\` holds your home folder, which must stay hidden`, {
    hint: "name a folder that holds nothing but the other system",
  });
}

/**
 * The limits as the environment tells them to python/entry.py: the other system need not have the
 * programs that set them, and this machine's would not find their libraries there.
 */
export function limitsForEntry(isolation: Isolation, limits: SandboxLimits): readonly string[] {
  const values = {
    data: limits.memoryBytes,
    fsize: limits.fileBytes,
    core: 0,
    ...(isolation.countsProcesses ? { nproc: limits.processes } : {}),
    ...(isolation.kind === "user" ? { user: sandboxUser } : {}),
  };
  return ["--setenv", "THOTH_LIMITS", JSON.stringify(values)];
}
