import { lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const mostLinks = 40;

/**
 * Where a path of another system lies on this machine, its links followed as they are there: an
 * absolute one starts at `root` again, and none leads out of it. Undefined where there is nothing.
 */
export function pathInRoot(root: string, path: string): string | undefined {
  const waiting = path.split("/").reverse();
  const done: string[] = [];
  for (let links = 0; waiting.length > 0; ) {
    const part = waiting.pop();
    if (part === undefined || part === "" || part === ".") continue;
    if (part === "..") {
      done.pop();
      continue;
    }
    const here = join(root, ...done, part);
    const status = lstatSync(here, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (!status.isSymbolicLink()) {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > mostLinks) return undefined;
    const target = readlinkSync(here);
    if (target.startsWith("/")) done.length = 0;
    waiting.push(...target.split("/").reverse());
  }
  return join(root, ...done);
}
