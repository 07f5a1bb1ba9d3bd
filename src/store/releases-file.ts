import type { FileDetails, ReleaseFacts, ReleaseList, Validators } from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { DamagedFileError, parseOwn, readOwn } from "./damage.ts";
import { PageList } from "./page-list.ts";
import {
  checkedAtPrefix,
  type DetailsLine,
  fileDetails,
  fileFacts,
  type ReleaseLine,
  type ReleasesHeader,
  readReleases,
} from "./releases-text.ts";
import type { StoredPage } from "./stored-page.ts";
import { WindowedFile } from "./windowed-file.ts";

/** A release whose line states Requires-Python for its files, without anything to unescape. */
const sharedPython = /^\{"version":"[^"\\]*","at":\d+,"size":\d+,"python":"([^"\\]*)"/;
const versionStart = '{"version":"';

/** What a releases.json is asked for, whether it is read in parts or as a whole. */
export interface ReleasesSource extends ReleaseList {
  details(version: string): readonly FileDetails[] | undefined;
}

/**
 * Opens a releases.json: undefined if there is none. In parts if it looks as Thoth wrote it, as a
 * whole otherwise. Throws DamagedFileError if it is not even JSON or speaks of another package.
 */
export function openReleases(
  path: string,
  name: PackageName,
  index: IndexUrl,
  onDamage: (damage: DamagedFileError) => void,
): FileReleaseList | PageList | undefined {
  const file = WindowedFile.open(path);
  if (file === undefined) return undefined;
  const found = readHeader(file);
  if (found === undefined) {
    file.close();
    const page = readWholeReleases(path);
    if (page !== undefined) checkSubject(path, page, name, index);
    return page === undefined ? undefined : new PageList(page);
  }
  checkSubject(path, found.header, name, index);
  return new FileReleaseList(file, found, { name, index, onDamage });
}

/** How many releases a releases.json lists, as its head says; 0 if there is none or it is damaged. */
export function countReleases(path: string): number {
  const file = WindowedFile.open(path);
  if (file === undefined) return 0;
  try {
    return readHeader(file)?.header.count ?? readWholeReleases(path)?.releases.length ?? 0;
  } catch (error) {
    if (error instanceof DamagedFileError) return 0;
    throw error;
  } finally {
    file.close();
  }
}

/** The whole of a releases.json; undefined if there is none. Throws DamagedFileError. */
export function readWholeReleases(path: string): StoredPage | undefined {
  const text = readOwn(path);
  if (text === undefined) return undefined;
  const page = parseOwn(path, () => readReleases(text, path));
  if (page === undefined)
    throw new DamagedFileError(path, "it does not have the shape of a releases file");
  return page;
}

interface Subject {
  readonly name: PackageName;
  readonly index: IndexUrl;
  /** Told of damage that only shows further down, before the error is thrown. */
  readonly onDamage: (damage: DamagedFileError) => void;
}

/** A releases.json that is read as far as it is asked for. */
export class FileReleaseList implements ReleasesSource {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly count: number;
  readonly absent?: string;
  readonly status?: ProjectStatus;
  readonly attests?: boolean;
  readonly #file: WindowedFile;
  readonly #header: ReleasesHeader;
  readonly #onDamage: (damage: DamagedFileError) => void;
  /** Where the lines of the releases begin, as far as they were found. */
  readonly #starts: number[];
  readonly #versions: string[] = [];
  readonly #releases: ReleaseFacts[] = [];
  readonly #pythons: (string | undefined)[] = [];
  /** Of the releases that locks pinned, which are few. */
  readonly #details = new Map<string, readonly FileDetails[]>();
  #checkedAt: number;

  constructor(file: WindowedFile, found: FoundHeader, subject: Subject) {
    const { header, end } = found;
    this.#file = file;
    this.#header = header;
    this.name = subject.name;
    this.index = subject.index;
    this.#onDamage = subject.onDamage;
    this.#checkedAt = header.checkedAt;
    this.count = header.count;
    if (header.absent !== undefined) this.absent = header.absent;
    if (header.status !== undefined) this.status = header.status;
    if (header.attests !== undefined) this.attests = header.attests;
    this.#starts = [end + 1];
  }

  get checkedAt(): number {
    return this.#checkedAt;
  }

  get validators(): Validators {
    return this.#header.validators;
  }

  /** The index said again that this is all. */
  confirm(checkedAt: number): void {
    this.#checkedAt = Math.max(this.#checkedAt, checkedAt);
  }

  release(position: number): ReleaseFacts {
    this.#releases[position] ??= this.#watch(() => this.#readRelease(position));
    return this.#releases[position];
  }

  version(position: number): string {
    this.#versions[position] ??= this.#watch(() => this.#readVersion(position));
    return this.#versions[position];
  }

  python(position: number): string | undefined {
    if (!(position in this.#pythons)) {
      const line = this.#watch(() => this.#line(this.#start(position)));
      const stated = sharedPython.exec(line)?.[1];
      // A file that differs from the rest is an object of its own
      this.#pythons[position] =
        stated !== undefined && line.indexOf("{", 1) < 0 ? stated : undefined;
    }
    return this.#pythons[position];
  }

  details(version: string): readonly FileDetails[] | undefined {
    const known = this.#details.get(version);
    if (known !== undefined) return known;
    const found = this.#readDetails(version);
    if (found !== undefined) this.#details.set(version, found);
    return found;
  }

  #readDetails(version: string): readonly FileDetails[] | undefined {
    const start = this.#find(version);
    if (start === undefined) return undefined;
    const { at, size } = this.#parse(start);
    const from = this.#header.detailsAt + at;
    // Once settled, only the head is at hand; the file may have been replaced since.
    const file = this.#file.open ? this.#file : WindowedFile.open(this.#file.path);
    const text = file?.slice(from, from + size) ?? "";
    if (file !== this.#file) file?.close();
    if (!text.startsWith(`${versionStart}${version}"`)) return this.#wholeDetails(version);
    const line = parseOwn(this.#file.path, (): DetailsLine => JSON.parse(text));
    return fileDetails(line, this.#header.base);
  }

  /** Closes the file after reading what the list may still be asked for, except details. */
  settle(): void {
    this.#file.settle(this.#header.detailsAt);
  }

  close(): void {
    this.#file.close();
  }

  get open(): boolean {
    return this.#file.open;
  }

  #readRelease(position: number): ReleaseFacts {
    const line = this.#parse(this.#start(position));
    return {
      version: line.version,
      files: fileFacts(line),
      ...(line.vanished === undefined ? {} : { vanished: line.vanished }),
      ...(line.gone === undefined ? {} : { gone: line.gone }),
    };
  }

  #readVersion(position: number): string {
    const start = this.#start(position) + versionStart.length;
    return this.#file.slice(start, this.#file.indexOf('"', start));
  }

  #watch<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof DamagedFileError) this.#onDamage(error);
      throw error;
    }
  }

  /** Where a line is not where it should be. */
  #wholeDetails(version: string): readonly FileDetails[] | undefined {
    const page = readWholeReleases(this.#file.path);
    return page === undefined ? undefined : new PageList(page).details(version);
  }

  #find(version: string): number | undefined {
    const position = this.#versions.indexOf(version);
    if (position >= 0) return this.#start(position);
    const found = this.#file.indexOf(`\n${versionStart}${version}",`, 0);
    // Details have lines that begin alike; they come after all releases.
    return found < 0 || found >= this.#header.detailsAt - 1 ? undefined : found + 1;
  }

  #start(position: number): number {
    if (!(position >= 0 && position < this.count)) {
      throw new RangeError(`no release ${position} of ${this.name}`);
    }
    const starts = this.#starts;
    for (let known = starts.length; known <= position; known += 1) {
      starts.push(this.#lineEnd(starts[known - 1] ?? 0) + 1);
    }
    return starts[position] ?? 0;
  }

  #lineEnd(start: number): number {
    const end = this.#file.indexOf("\n", start);
    if (end < 0) throw new DamagedFileError(this.#file.path, "lines are missing");
    return end;
  }

  #line(start: number): string {
    return this.#file.slice(start, this.#lineEnd(start));
  }

  #parse(start: number): ReleaseLine {
    const { path } = this.#file;
    const text = this.#line(start);
    const own = text.endsWith(",") ? text.slice(0, -1) : text;
    const line = parseOwn(path, (): ReleaseLine => JSON.parse(own));
    if (!Array.isArray(line.files)) throw new DamagedFileError(path, "a line names no files");
    return line;
  }
}

interface FoundHeader {
  readonly header: ReleasesHeader;
  /** Where its line ends. */
  readonly end: number;
}

/** undefined if the file is not laid out as Thoth writes it. */
function readHeader(file: WindowedFile): FoundHeader | undefined {
  const end = file.indexOf("\n", 0);
  const line = file.slice(0, end);
  if (!line.startsWith(checkedAtPrefix) || !line.endsWith(`"releases":[`)) return undefined;
  try {
    const header: ReleasesHeader = JSON.parse(`${line}]}`);
    return header.bytes === file.size ? { header, end } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function checkSubject(
  path: string,
  found: { readonly name: string; readonly index: string },
  name: PackageName,
  index: IndexUrl,
): void {
  if (found.name === name && found.index === index) return;
  throw new DamagedFileError(path, `it speaks of \`${found.name}\` from ${found.index}`);
}
