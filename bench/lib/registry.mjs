// A registry of malware that was taken from an index, as a Git repository (MALWARE_REGISTRY). What
// is kept of it is name, version, blob and family; contents are read from Git into files that are
// numbered and go away, and nothing of them is unpacked or run.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder, missing } from "./world.mjs";

const families = fileURLToPath(new URL("families.py", import.meta.url));

/** Where the registry lies; ends the run where it is not there. */
export function registry() {
  const path = process.env.MALWARE_REGISTRY;
  if (path === undefined || !existsSync(path))
    return missing("set MALWARE_REGISTRY to the Git folder of lxyeternal/pypi_malregistry");
  return path;
}

/**
 * One archive per family, the one whose path has the least hash, in the order of the families'
 * hashes: 70 % of the families to train with, 30 % kept back. The same registry gives the same.
 */
export function split(keep) {
  const chosen = new Map();
  const sizes = new Map();
  for (const row of rows(keep)) {
    if (row.family === null) continue;
    sizes.set(row.family, (sizes.get(row.family) ?? 0) + 1);
    const before = chosen.get(row.family);
    if (before === undefined || hash(row.path) < hash(before.path)) chosen.set(row.family, row);
  }
  const all = [...chosen.values()]
    .map((row) => ({ ...row, size: sizes.get(row.family), place: hash(`split:${row.family}`) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const isTraining = ({ place }) => Number.parseInt(place.slice(-8), 16) / 2 ** 32 < 0.7;
  return { training: all.filter(isTraining), held: all.filter((row) => !isTraining(row)) };
}

/** The families of the whole registry, learnt once (three minutes) and kept in a folder. */
function rows(keep) {
  const path = join(keep, "families.jsonl");
  if (!existsSync(path)) {
    mkdirSync(keep, { recursive: true });
    writeFileSync(path, execFileSync("python3", [families, registry()], { maxBuffer: 1 << 28 }));
  }
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

const scratch = { path: undefined, count: 0 };

/** The archive of a row as a file that has nothing of the registry in its name but the ending. */
export function archive({ path, blob }) {
  scratch.path ??= folder("registry");
  scratch.count += 1;
  const content = execFileSync("git", ["-C", registry(), "cat-file", "blob", blob], {
    maxBuffer: 1 << 28,
  });
  const to = join(scratch.path, `${scratch.count}${ending(path, content)}`);
  writeFileSync(to, content);
  return to;
}

/** The registry calls many wheels `.tar.gz`. */
function ending(path, content) {
  if (content.subarray(0, 2).toString("latin1") !== "PK")
    return /(\.tar)?\.[a-z0-9]+$/.exec(basename(path).toLowerCase())?.[0] ?? ".tar.gz";
  return content.includes(".dist-info/") ? ".whl" : ".zip";
}

function hash(text) {
  return createHash("sha256").update(text).digest("hex");
}
