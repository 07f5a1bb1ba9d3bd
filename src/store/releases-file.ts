import type { FileDetails, ReleaseFacts, ReleaseList, Validators } from "../model/knowledge.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { DamagedFileError, parseOwn, readOwn } from "./damage.ts";
import { LazyText } from "./lazy-text.ts";
import { PageList } from "./page-list.ts";
import {
  checkedAtPrefix,
  type DetailsLine,
  fileDetails,
  fileFacts,
  type ReleaseLine,
  type ReleasesHeader,
  readReleases,
  releasesEnd,
} from "./releases-text.ts";
import type { StoredPage } from "./stored-page.ts";

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
  const text = LazyText.open(path);
  if (text === undefined) return undefined;
  const header = readHeader(text);
  if (header === undefined) {
    text.close();
    const page = readWholeReleases(path);
    if (page !== undefined) checkSubject(path, page, name, index);
    return page === undefined ? undefined : new PageList(page);
  }
  checkSubject(path, header, name, index);
  return new FileReleaseList(text, header, { name, index, onDamage });
}

/** The whole of a releases.json; undefined if there is none. Throws DamagedFileError. */
export function readWholeReleases(path: string): StoredPage | undefined {
  const text = LazyText.open(path);
  if (text === undefined) return undefined;
  text.close();
  const page = parseOwn(path, () => readReleases(readOwn(path), path));
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
  readonly #text: LazyText;
  readonly #header: ReleasesHeader;
  /** Where the lines of the releases begin, as far as they were found. */
  readonly #starts: number[];
  readonly #onDamage: (damage: DamagedFileError) => void;
  #checkedAt: number;

  constructor(text: LazyText, header: ReleasesHeader, subject: Subject) {
    this.#text = text;
    this.#header = header;
    this.name = subject.name;
    this.index = subject.index;
    this.#onDamage = subject.onDamage;
    this.#checkedAt = header.checkedAt;
    this.count = header.count;
    if (header.absent !== undefined) this.absent = header.absent;
    this.#starts = [text.text.indexOf("\n") + 1];
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
    const line = this.#watch(() => this.#parse(this.#start(position)));
    const facts = { version: line.version, files: fileFacts(line) };
    return line.vanished === undefined ? facts : { ...facts, vanished: line.vanished };
  }

  version(position: number): string {
    const start = this.#watch(() => this.#start(position)) + versionStart.length;
    return this.#text.text.slice(start, this.#text.text.indexOf('"', start));
  }

  details(version: string): readonly FileDetails[] | undefined {
    const start = this.#find(version);
    if (start === undefined) return undefined;
    const { at, size } = this.#parse(start);
    const text = this.#text.at(this.#header.detailsAt + at, size);
    if (!text.startsWith(`${versionStart}${version}"`)) return this.#wholeDetails(version);
    const line = parseOwn(this.#text.path, (): DetailsLine => JSON.parse(text));
    return fileDetails(line, this.#header.base);
  }

  /** Closes the file after reading what the list may still be asked for, except details. */
  settle(): void {
    if (this.#text.text.length < this.#header.detailsAt) this.#text.more(this.#header.detailsAt);
    this.close();
  }

  close(): void {
    this.#text.close();
  }

  get open(): boolean {
    return this.#text.open;
  }

  #watch<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof DamagedFileError) this.#onDamage(error);
      throw error;
    }
  }

  /** Once the file is closed, or where a line is not where it should be. */
  #wholeDetails(version: string): readonly FileDetails[] | undefined {
    const page = readWholeReleases(this.#text.path);
    return page === undefined ? undefined : new PageList(page).details(version);
  }

  #find(version: string): number | undefined {
    const wanted = `\n${versionStart}${version}",`;
    for (let from = 0; ; ) {
      const found = this.#text.text.indexOf(wanted, from);
      // Details have lines that begin alike; they come after all releases.
      if (found >= 0)
        return found < this.#header.detailsAt - releasesEnd.length ? found + 1 : undefined;
      from = Math.max(0, this.#text.text.length - wanted.length);
      if (this.#text.text.length >= this.#header.detailsAt || !this.#text.more()) return undefined;
    }
  }

  #start(position: number): number {
    if (!(position >= 0 && position < this.count)) {
      throw new RangeError(`no release ${position} of ${this.name}`);
    }
    while (this.#starts.length <= position)
      this.#starts.push(this.#lineEnd(this.#starts.at(-1) ?? 0) + 1);
    const start = this.#starts[position] ?? 0;
    // The end too, so that the line is all there.
    this.#lineEnd(start);
    return start;
  }

  #lineEnd(start: number): number {
    for (;;) {
      const end = this.#text.text.indexOf("\n", start);
      if (end >= 0) return end;
      if (!this.#text.more()) throw new DamagedFileError(this.#text.path, "lines are missing");
    }
  }

  #parse(start: number): ReleaseLine {
    const end = this.#lineEnd(start);
    const { text, path } = this.#text;
    const stop = text.charCodeAt(end - 1) === 0x2c ? end - 1 : end;
    const line = parseOwn(path, (): ReleaseLine => JSON.parse(text.slice(start, stop)));
    if (!Array.isArray(line.files)) throw new DamagedFileError(path, "a line names no files");
    return line;
  }
}

/** undefined if the file is not laid out as Thoth writes it. */
function readHeader(text: LazyText): ReleasesHeader | undefined {
  let end = text.text.indexOf("\n");
  if (end < 0 && text.text.startsWith(checkedAtPrefix) && text.more())
    end = text.text.indexOf("\n");
  const line = text.text.slice(0, Math.max(0, end));
  if (!line.startsWith(checkedAtPrefix) || !line.endsWith(`"releases":[`)) return undefined;
  try {
    const header: ReleasesHeader = JSON.parse(`${line}]}`);
    return header.bytes === text.size ? header : undefined;
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
