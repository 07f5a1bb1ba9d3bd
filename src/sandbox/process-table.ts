import { readdirSync, readFileSync } from "node:fs";

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Dead, but not yet reaped by its parent. */
  readonly zombie: boolean;
}

/** Every process of this machine that /proc shows; empty where there is no /proc. */
export function processTable(): readonly ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of listing("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const stat = readProcFile(`/proc/${name}/stat`);
    if (stat === undefined) continue;
    // The command stands in brackets and may itself hold any character.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3);
    entries.push({
      pid: Number(name),
      parent: Number(parent),
      group: Number(group),
      zombie: state === "Z" || state === "X",
    });
  }
  return entries;
}

/** All processes below `root`, itself included, zombies left out. */
export function descendants(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of processTable()) {
    if (entry.zombie) continue;
    const siblings = children.get(entry.parent);
    if (siblings === undefined) children.set(entry.parent, [entry.pid]);
    else siblings.push(entry.pid);
  }
  const found = [root];
  for (let next = 0; next < found.length; next++) {
    found.push(...(children.get(found[next] ?? 0) ?? []));
  }
  return found;
}

const pageBytes = 4096;

/** Memory that a process has for itself: resident pages less those shared with files and others. */
export function privateBytes(pid: number): number {
  const statm = readProcFile(`/proc/${pid}/statm`);
  if (statm === undefined) return 0;
  const [, resident, shared] = statm.split(" ", 3);
  return (Number(resident) - Number(shared)) * pageBytes;
}

function listing(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Undefined where the process ended meanwhile. */
function readProcFile(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error)) return false;
  return ["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(String(error.code));
}
