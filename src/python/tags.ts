import { platformTags, type TagPlatform } from "./platform-tags.ts";

/** Everything the wheel tags of a runtime depend upon (PEP 425). */
export interface TagTarget extends TagPlatform {
  readonly python: readonly [major: number, minor: number];
  /** The short name: `cp`, `pp`; other implementations by their full name (`graalpy`). */
  readonly implementation: "cp" | "pp" | "graalpy" | (string & {});
  /** The ABI tags of the interpreter itself, such as `cp311`, `cp36m` or `pypy310_pp73`. */
  readonly abis: readonly string[];
}

/**
 * The wheel tags `interpreter-abi-platform` that a runtime accepts, best first and each once,
 * in the order of packaging 26.3 (pip 26.3 ranks files by it).
 */
export function supportedTags(target: TagTarget): readonly string[] {
  const platforms = platformTags(target).map((platform) => platform.toLowerCase());
  const interpreter = `${target.implementation}${target.python.join("")}`;
  const tags = new Set<string>();
  const add = (python: string, abi: string, names: readonly string[]): void => {
    const prefix = `${python}-${abi}-`.toLowerCase();
    for (const name of names) tags.add(prefix + name);
  };
  if (target.implementation === "cp") {
    addCpythonTags(target, platforms, add);
  } else {
    for (const abi of new Set([...target.abis, "none"])) add(interpreter, abi, platforms);
  }
  const pythons = pythonNames(target.python);
  for (const python of pythons) add(python, "none", platforms);
  if (target.implementation === "cp") add(interpreter, "none", ["any"]);
  if (target.implementation === "pp") add("pp3", "none", ["any"]);
  for (const python of pythons) add(python, "none", ["any"]);
  return [...tags];
}

type AddTags = (python: string, abi: string, platforms: readonly string[]) => void;

function addCpythonTags(target: TagTarget, platforms: readonly string[], add: AddTags): void {
  const [major, minor] = target.python;
  // PEP 803: a free-threaded build takes abi3t, never abi3.
  const stable = isFreeThreaded(target.abis) ? "abi3t" : "abi3";
  const explicit = new Set(stable === "abi3t" ? ["abi3", "abi3t", "none"] : ["abi3", "none"]);
  for (const abi of target.abis) {
    if (!explicit.has(abi)) add(`cp${major}${minor}`, abi, platforms);
  }
  const hasStable = major > 3 || (major === 3 && minor >= 2);
  if (hasStable) add(`cp${major}${minor}`, stable, platforms);
  add(`cp${major}${minor}`, "none", platforms);
  if (!hasStable) return;
  for (let old = minor - 1; old >= 2; old--) add(`cp${major}${old}`, stable, platforms);
}

function isFreeThreaded(abis: readonly string[]): boolean {
  return /^cp\d+.*t/.test(abis[0] ?? "");
}

/** `py311`, `py3`, `py310` … `py30`: newest first, the bare major after the exact one. */
function pythonNames([major, minor]: readonly [number, number]): readonly string[] {
  const names = [`py${major}${minor}`, `py${major}`];
  for (let old = minor - 1; old >= 0; old--) names.push(`py${major}${old}`);
  return names;
}

const ranksByTarget = new Map<string, ReadonlyMap<string, number>>();

/** Tag to rank, 0 the best; computed once for each kind of target. */
export function tagRanks(target: TagTarget): ReadonlyMap<string, number> {
  const { python, implementation, abis, os, arch, glibc, musl, macos } = target;
  const key = JSON.stringify([python, implementation, abis, os, arch, glibc, musl, macos]);
  const known = ranksByTarget.get(key);
  if (known !== undefined) return known;
  const ranks = rankTags(supportedTags(target));
  ranksByTarget.set(key, ranks);
  return ranks;
}

const ranksByList = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** The same for an ordered list of tags, computed once for each list object. */
export function rankTags(tags: readonly string[]): ReadonlyMap<string, number> {
  const known = ranksByList.get(tags);
  if (known !== undefined) return known;
  const ranks = new Map<string, number>();
  for (const tag of tags) {
    if (!ranks.has(tag)) ranks.set(tag, ranks.size);
  }
  ranksByList.set(tags, ranks);
  return ranks;
}
