import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  combiningKinds,
  type PrescribedUnit,
  type Prescriptions,
  type UnitList,
} from "../model/prescription.ts";
import { packagesOf } from "../prescription/document.ts";
import type { NameIndex } from "../prescription/name-index.ts";
import { listOfKind } from "../prescription/schema.ts";
import type { PackageName } from "../python/name.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import type { Problem } from "../util/errors.ts";
import { namespaceOf, type PrescriptionReading, readPrescriptions } from "./prescription-file.ts";
import {
  combiningKey,
  generalKey,
  type IndexFreshness,
  type IndexHeader,
  keptIndex,
  type PrescriptionIndex,
  prescriptionCache,
  unitKey,
} from "./prescription-index.ts";
import { type FileStamp, fileStamp, isFileAsBefore, realFolder } from "./prescription-tree.ts";

/** What is needed to open a folder of prescriptions. */
export interface PrescriptionMeans {
  readonly cacheDirectory: string;
  readonly signal: AbortSignal;
  /** ms since the epoch, and how long a check of many files holds, ms. */
  readonly freshness: IndexFreshness;
  /** Called where so many files of a folder must be read first, which may take seconds. */
  readonly onIndexing?: (root: string, files: number, all: number) => void;
}

/** What is read and kept together: units of the files behind a key, under the name of a package or behind `_`. */
interface Group {
  readonly name: string;
  readonly key: string;
  readonly index: NameIndex;
  readonly wants: (unit: PrescribedUnit) => boolean;
}

interface Reading extends PrescriptionReading {
  /** The `id` of the index that named the files. */
  readonly index: string;
  /** None of groups that are taken with their index. */
  readonly files: readonly FileStamp[];
}

/**
 * The prescriptions below one folder. What concerns a package is read when somebody asks for it,
 * from the cache at once, else by `learn`: a parser of YAML is loaded for what is new only.
 */
export class PrescriptionFolder implements Prescriptions {
  readonly root: string;
  readonly #cache: string;
  readonly #index: PrescriptionIndex;
  readonly #readings = new Map<string, Reading>();
  readonly #wanted = new Map<string, Group>();

  constructor(root: string, cache: string, index: PrescriptionIndex) {
    this.root = root;
    this.#cache = cache;
    this.#index = index;
  }

  get header(): IndexHeader {
    return this.#index.header;
  }

  get asksForLibraryUsage(): boolean {
    return this.header.asksForLibraryUsage;
  }

  get stamp(): string {
    return this.header.stamp ?? randomUUID();
  }

  /** What was found wrong so far, in files that were looked at or could not be indexed. */
  faults(): readonly Problem[] {
    const read = [...this.#readings.values()].flatMap(({ faults }) => faults);
    const known = new Map([...this.header.faults, ...read].map((one) => [faultKey(one), one]));
    return [...known.values()];
  }

  /** Each package that units look at, with how many files do. */
  *packages(): Generator<readonly [name: string, files: number]> {
    const special = new Set([generalKey, combiningKey]);
    for (const [name, files] of this.#index.packages.entries())
      if (!special.has(name)) yield [name, files.length];
  }

  unitsFor(name: PackageName): readonly PrescribedUnit[] {
    const wants = (unit: PrescribedUnit) => packagesOf(unit).packages.includes(name);
    return this.#units({ name, key: name, index: this.#index.packages, wants });
  }

  general(): readonly PrescribedUnit[] {
    const wants = (unit: PrescribedUnit) => packagesOf(unit).general && !isForImages(unit);
    return this.#units({ name: "_general", key: generalKey, index: this.#index.packages, wants });
  }

  forImages(): readonly PrescribedUnit[] {
    const wants = (unit: PrescribedUnit) => packagesOf(unit).general && isForImages(unit);
    return this.#units({ name: "_images", key: generalKey, index: this.#index.packages, wants });
  }

  combining(): readonly PrescribedUnit[] {
    const wants = ({ kind }: PrescribedUnit) => combiningKinds.has(kind);
    return this.#units({
      name: "_combining",
      key: combiningKey,
      index: this.#index.packages,
      wants,
    });
  }

  named(list: UnitList, name: string): PrescribedUnit | undefined {
    const set = this.header.sets.find((one) => name.startsWith(`${one.name}.`));
    const bare = name.slice((set?.name ?? "UNKNOWN").length + 1);
    const key = unitKey(list, bare);
    const wants = (unit: PrescribedUnit) => unit.name === name && listOfKind(unit.kind) === list;
    const index = this.#index.names();
    return this.#units({ name: `_${shortHash(unitKey(list, name))}`, key, index, wants })[0];
  }

  unitNames(): readonly string[] {
    const { sets } = this.header;
    return [...this.#index.names().entries()].flatMap(([key, files]) => {
      const bare = key.slice(key.indexOf(" ") + 1);
      return files.map((file) => `${namespaceOf(file, sets)}.${bare}`);
    });
  }

  async learn(): Promise<boolean> {
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    for (const group of wanted) {
      const reading = await this.#parse(group);
      this.#readings.set(group.name, reading);
      this.#keep(group, reading);
    }
    return wanted.length > 0;
  }

  #units(group: Group): readonly PrescribedUnit[] {
    const known = this.#readings.get(group.name);
    if (known !== undefined) return known.units;
    if (!group.index.mayHave(group.key)) return none;
    return this.#found(group);
  }

  #found(group: Group): readonly PrescribedUnit[] {
    const known = this.#kept(group);
    if (known === undefined) {
      this.#wanted.set(group.name, group);
      return none;
    }
    this.#readings.set(group.name, known);
    return known.units;
  }

  #kept(group: Group): Reading | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path(group), "utf8"));
      if (!isReading(value) || value.index !== this.header.id) return undefined;
      // Of few files all were looked at already, and groups of many are taken with their index
      if (this.header.stamp !== undefined || group.name.startsWith("_")) return value;
      return value.files.every((file) => isFileAsBefore(this.root, file)) ? value : undefined;
    } catch (error) {
      if (errorCode(error) === undefined && !(error instanceof SyntaxError)) throw error;
      return undefined;
    }
  }

  async #parse({ name, key, index, wants }: Group): Promise<Reading> {
    const { sets } = this.header;
    const stamps: FileStamp[] = [];
    const units: PrescribedUnit[] = [];
    const faults: Problem[] = [];
    for (const file of index.files(key)) {
      const stamp = fileStamp(this.root, file);
      if (stamp === undefined) continue;
      if (!name.startsWith("_")) stamps.push(stamp);
      const read = await readPrescriptions(this.root, file, namespaceOf(file, sets));
      units.push(...read.units.filter(wants));
      faults.push(...read.faults);
    }
    return { index: this.header.id, files: stamps, units, faults };
  }

  #keep(group: Group, reading: Reading): void {
    try {
      writeAtomic(this.#path(group), JSON.stringify({ format: readingFormat, ...reading }));
    } catch (error) {
      // Without a cache it is read anew each time
      if (errorCode(error) === undefined) throw error;
    }
  }

  #path({ name }: Group): string {
    const file = name.length > 100 ? `_${shortHash(name)}` : name;
    return join(this.#cache, "units", `${file}.json`);
  }
}

const readingFormat = 1;
const none: readonly PrescribedUnit[] = [];

/** Only a runtime with a base image can be one that they are for. */
function isForImages({ include }: PrescribedUnit): boolean {
  const images = include.runtime?.baseImages;
  return images !== undefined && !images.not && !images.values.includes(null);
}

function isReading(value: unknown): value is Reading {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === readingFormat &&
    "files" in value &&
    Array.isArray(value.files) &&
    "index" in value
  );
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function faultKey({ message, place }: Problem): string {
  return `${place?.file}:${place?.line}:${place?.column} ${message}`;
}

/** Opens a folder of prescriptions, and indexes it where it changed. Throws `bad-configuration`. */
export async function openPrescriptions(
  folder: string,
  { cacheDirectory, signal, freshness, onIndexing }: PrescriptionMeans,
): Promise<PrescriptionFolder> {
  const root = realFolder(folder);
  const cache = prescriptionCache(cacheDirectory, root);
  const kept = keptIndex(cache, root, freshness);
  if (kept !== undefined) return new PrescriptionFolder(root, cache, kept);
  // What indexes knows more of prescriptions than what only looks them up
  const { indexPrescriptions } = await import("./prescription-indexing.ts");
  const onReading = (files: number, all: number) => onIndexing?.(root, files, all);
  const index = await indexPrescriptions(root, { cache, signal, onReading });
  return new PrescriptionFolder(root, cache, index);
}

/** Several folders as one; units of the first come first. */
export function joinedPrescriptions(folders: readonly Prescriptions[]): Prescriptions {
  return {
    unitsFor: (name) => folders.flatMap((folder) => folder.unitsFor(name)),
    general: () => folders.flatMap((folder) => folder.general()),
    forImages: () => folders.flatMap((folder) => folder.forImages()),
    combining: () => folders.flatMap((folder) => folder.combining()),
    named: (list, name) => {
      for (const folder of folders) {
        const found = folder.named(list, name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    unitNames: () => folders.flatMap((folder) => folder.unitNames()),
    stamp: folders.map((folder) => folder.stamp).join(" "),
    faults: () => folders.flatMap((folder) => folder.faults()),
    asksForLibraryUsage: folders.some((folder) => folder.asksForLibraryUsage),
    learn: async () => {
      const learnt = await Promise.all(folders.map((folder) => folder.learn()));
      return learnt.includes(true);
    },
  };
}
