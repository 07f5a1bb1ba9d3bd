import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let known: string | undefined;

/**
 * The folder of the installed package. The bundle lies at another depth than the sources, so it is
 * looked for: the nearest folder above whose package.json is named "thoth".
 */
export function packageRoot(): string {
  known ??= findRoot(dirname(fileURLToPath(import.meta.url)));
  return known;
}

/** Path of a script that ships with the package, e.g. `pythonScript("probe.py")`. */
export function pythonScript(name: string): string {
  return join(packageRoot(), "python", name);
}

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isRoot(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of thoth above ${start}`);
  }
}

function isRoot(file: string): boolean {
  if (!existsSync(file)) return false;
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  return typeof content === "object" && content !== null && "name" in content
    ? content.name === "thoth"
    : false;
}
