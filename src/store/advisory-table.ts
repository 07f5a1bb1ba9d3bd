import { matchesOf, matchOf, recordsOf } from "../advisory/match.ts";
import type { PackageAdvisory } from "../advisory/package-advisory.ts";
import type { AdvisoryDatabase, AdvisoryMatch } from "../model/advisory.ts";
import type { PackageName } from "../python/name.ts";
import { type AdvisoryHead, AdvisoryRecords, headPath, readAdvisoryHead } from "./advisory-file.ts";
import { DamagedFileError, Quarantine } from "./damage.ts";

interface OpenDatabase {
  readonly head: AdvisoryHead;
  readonly records: AdvisoryRecords;
}

/**
 * The advisories of a store, read package by package when first asked for. What was opened stays
 * as it was until `forgetRead`. A database that is damaged is unknown as a whole.
 */
export class AdvisoryTable {
  readonly #folder: () => string;
  // What is damaged stays where it is, to be told again until another import mends it
  readonly #quarantine = new Quarantine(undefined);
  readonly #packages = new Map<PackageName, readonly PackageAdvisory[]>();
  /** null: there is none. undefined: not looked yet. */
  #open: OpenDatabase | null | undefined;

  constructor(folder: () => string) {
    this.#folder = folder;
  }

  /** Files that could not be read. */
  damaged(): Quarantine["damaged"] {
    return this.#quarantine.damaged;
  }

  database(): AdvisoryDatabase | undefined {
    return this.#opened()?.head.database;
  }

  matches(name: PackageName, version: string): readonly AdvisoryMatch[] | undefined {
    const advisories = this.#of(name);
    return advisories === undefined ? undefined : matchesOf(advisories, version);
  }

  /** The ids of the records that apply, each as its database has it. */
  records(name: PackageName, version: string): readonly string[] | undefined {
    const advisories = this.#of(name);
    return advisories === undefined ? undefined : recordsOf(advisories, version);
  }

  malware(sha256: string): AdvisoryMatch | undefined {
    const open = this.#opened();
    const files = open?.head.files ?? {};
    const key = sha256.toLowerCase();
    const piece = Object.hasOwn(files, key) ? files[key] : undefined;
    if (open === undefined || piece === undefined) return undefined;
    const [advisory] = this.#guarded(() => open.records.read(piece)) ?? [];
    return advisory === undefined ? undefined : matchOf(advisory);
  }

  forgetRead(): void {
    this.#open?.records.close();
    this.#open = undefined;
    this.#packages.clear();
  }

  #of(name: PackageName): readonly PackageAdvisory[] | undefined {
    const open = this.#opened();
    const known = this.#packages.get(name);
    if (open === undefined || known !== undefined) return known;
    const { packages } = open.head;
    const piece = Object.hasOwn(packages, name) ? packages[name] : undefined;
    const read = piece === undefined ? [] : this.#guarded(() => open.records.read(piece));
    if (read !== undefined) this.#packages.set(name, read);
    return read;
  }

  #opened(): OpenDatabase | undefined {
    if (this.#open === undefined) this.#open = this.#guarded(() => this.#find()) ?? null;
    return this.#open ?? undefined;
  }

  #find(): OpenDatabase | undefined {
    // Between reading the head and opening its records another database may take its place
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const folder = this.#folder();
      const head = readAdvisoryHead(folder);
      if (head === undefined) return undefined;
      const records = AdvisoryRecords.open(folder, head);
      if (records !== undefined) return { head, records };
    }
    throw new DamagedFileError(headPath(this.#folder()), "the file of its records is not there");
  }

  #guarded<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      this.#quarantine.take(error);
      this.forgetRead();
      this.#open = null;
      return undefined;
    }
  }
}

const attempts = 5;
