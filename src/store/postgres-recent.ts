import { readFileSync } from "node:fs";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import { parsedJson } from "../util/json.ts";
import type { PackageOnIndex } from "./inventory.ts";

const mostLikely = 2000;
/** What asks for a few packages is not what the next run of the adviser will be like. */
const fewest = 20;

/** The packages that this machine asked for lately, which are likely to be asked for again. */
export class RecentPackages {
  readonly #path: string;
  readonly #earlier: ReadonlyMap<string, PackageOnIndex>;
  #asked = new Map<string, PackageOnIndex>();
  /** To be looked at together with what is asked for next. */
  #likely: ReadonlyMap<string, PackageOnIndex>;

  constructor(path: string) {
    this.#path = path;
    this.#earlier = new Map(read(path).map((one) => [keyOf(one), one]));
    this.#likely = this.#earlier;
  }

  /** Unless it is current: that one, and those that are likely to follow, each once until `forget`. */
  asked(one: PackageOnIndex, isCurrent: boolean): readonly PackageOnIndex[] {
    if (!isCurrent) return this.expected([one]);
    this.#asked.set(keyOf(one), one);
    return [];
  }

  expected(some: readonly PackageOnIndex[]): readonly PackageOnIndex[] {
    for (const one of some) this.#asked.set(keyOf(one), one);
    const expected = some.map((one) => [keyOf(one), one] as const);
    const likely = new Map([...expected, ...this.#likely]);
    this.#likely = new Map();
    return [...likely.values()];
  }

  /** From now on those are likely that were asked for since the last time. */
  forget(): void {
    this.#likely = this.#asked;
    this.#asked = new Map();
  }

  /** For the next process. */
  save(): void {
    const asked = this.#asked.size > 0 ? this.#asked : this.#likely;
    const news = [...asked.keys()].filter((key) => !this.#earlier.has(key));
    if (asked.size < fewest || news.length === 0) return;
    const all = [...new Map([...asked, ...this.#earlier]).values()].slice(0, mostLikely);
    try {
      writeAtomic(this.#path, JSON.stringify(all.map(({ name, index }) => [name, index])));
    } catch (error) {
      // Only a hint
      if (errorCode(error) === undefined) throw error;
    }
  }
}

function read(path: string): readonly PackageOnIndex[] {
  let found: unknown;
  try {
    found = parsedJson(readFileSync(path, "utf8"));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
  return (Array.isArray(found) ? found : []).flatMap((pair: unknown) => {
    const [name, index]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    return typeof name === "string" && typeof index === "string" ? [packageOn(name, index)] : [];
  });
}

function packageOn(name: string, index: string): { name: PackageName; index: IndexUrl } {
  return { name: packageName(name), index: indexUrl(index) };
}

function keyOf({ name, index }: PackageOnIndex): string {
  return `${name} ${index}`;
}
