import type { AdvisoryMatch } from "../model/advisory.ts";
import type { PackageName } from "../python/name.ts";
import { matchesOf } from "./match.ts";
import type { PackageAdvisory } from "./package-advisory.ts";
import { type AdvisoryRecord, readRecord } from "./record.ts";

/** A record that could not be read. */
export interface DamagedRecord {
  /** The file that holds it. */
  readonly name: string;
  readonly reason: string;
  /** What the file says, or its beginning; "" once much is kept. */
  readonly text: string;
}

/** A database before it is stored. */
export interface AdvisoryCollection {
  /** Records of packages of PyPI, withdrawn ones included. */
  readonly records: number;
  /** The newest `published` that is past, withdrawn ones included; "" where none says. */
  readonly newest: string;
  /** In the order of their ids. */
  readonly packages: ReadonlyMap<PackageName, readonly PackageAdvisory[]>;
  /** What a file of this sha256 is known as. */
  readonly files: ReadonlyMap<string, { readonly name: PackageName; readonly id: string }>;
  readonly damaged: readonly DamagedRecord[];
}

/** Gathers records one by one; of two with one id the one that was modified later counts. */
export class AdvisoryCollector {
  readonly #records = new Map<string, AdvisoryRecord>();
  readonly #damaged: DamagedRecord[] = [];
  #room = mostKept;

  /** `value` is what the file `name` holds, parsed; `source` what it says. */
  add(name: string, value: unknown, source: string): void {
    const reading = readRecord(value);
    if (reading.kind === "damaged") this.setAside(name, reading.reason, source);
    if (reading.kind !== "record") return;
    const { record } = reading;
    const known = this.#records.get(record.id);
    if (known === undefined || known.modified <= record.modified)
      this.#records.set(record.id, record);
  }

  setAside(name: string, reason: string, source: string): void {
    const text = Buffer.from(source.slice(0, Math.min(longestKept, this.#room))).toString();
    this.#room -= text.length;
    this.#damaged.push({ name, reason, text });
  }

  /** `now` is ms since the epoch. */
  collected(now: number): AdvisoryCollection {
    const records = [...this.#records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const packages = new Map<PackageName, PackageAdvisory[]>();
    const files = new Map<string, { name: PackageName; id: string }>();
    for (const { id, withdrawn, affected, files: own } of records) {
      if (withdrawn) continue;
      for (const { name, advisory } of affected) {
        const known = packages.get(name);
        if (known === undefined) packages.set(name, [advisory]);
        else known.push(advisory);
      }
      const [first] = affected;
      if (first !== undefined) for (const file of own) files.set(file, { name: first.name, id });
    }
    return {
      records: records.length,
      newest: newestOf(records, now),
      packages: new Map([...packages].sort(([a], [b]) => (a < b ? -1 : 1))),
      files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
      damaged: this.#damaged,
    };
  }
}

const longestKept = 65_536;
const mostKept = 4e6;

/** A time that lies ahead says nothing of how new a database is. */
function newestOf(records: readonly AdvisoryRecord[], now: number): string {
  let newest = "";
  for (const { published } of records)
    if (published > newest && Date.parse(published) <= now) newest = published;
  return newest;
}

/** What a collection says against one release; undefined: nobody knows. */
export function collectedMatches(
  { packages }: AdvisoryCollection,
  name: PackageName,
  version: string,
): readonly AdvisoryMatch[] | undefined {
  return matchesOf(packages.get(name) ?? [], version);
}
