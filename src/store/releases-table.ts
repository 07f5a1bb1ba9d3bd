import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import type { FileDetails, IndexPage, ReleaseList, Validators } from "../model/knowledge.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { numberWidth, paddedNumber } from "./ascii-json.ts";
import type { DamagedFileError, Quarantine } from "./damage.ts";
import { PageList } from "./page-list.ts";
import { FileReleaseList, openReleases, readWholeReleases } from "./releases-file.ts";
import { checkedAtPrefix, writeReleases } from "./releases-text.ts";
import { applyPatch, mergePages, type PagePatch, pageOf, type StoredPage } from "./stored-page.ts";

const nothing: PagePatch = { vanished: new Map() };

/** What a flush has to do with a releases.json. */
export type ReleasesChange =
  | { readonly kind: "none" }
  | { readonly kind: "confirm"; readonly checkedAt: number }
  | {
      readonly kind: "write";
      readonly page: StoredPage;
      readonly text: string;
      /** Whether more differs than when the index was asked, and by what it knows that again. */
      readonly news: boolean;
    };

/** One releases.json with what was put since it was last written. */
export class ReleasesTable {
  readonly name: PackageName;
  readonly index: IndexUrl;
  #path: string;
  readonly #quarantine: Quarantine;
  #patch = nothing;
  /** null: there is no file. undefined: not looked yet. */
  #file: FileReleaseList | PageList | null | undefined;
  /** File and patch together, while there is a patch. */
  #patched: PageList | undefined;

  constructor(path: string, name: PackageName, index: IndexUrl, quarantine: Quarantine) {
    this.#path = path;
    this.name = name;
    this.index = index;
    this.#quarantine = quarantine;
  }

  get path(): string {
    return this.#path;
  }

  /** What was put since it was last written. */
  get patch(): PagePatch {
    return this.#patch;
  }

  get dirty(): boolean {
    return this.#patch !== nothing;
  }

  get open(): boolean {
    return this.#file instanceof FileReleaseList && this.#file.open;
  }

  list(): ReleaseList | undefined {
    return this.#source();
  }

  /** All of it at once, which is cheaper than asking for release after release. */
  page(): StoredPage | undefined {
    const source = this.#source();
    return source instanceof PageList ? source.page : source && this.#whole();
  }

  details(version: string): readonly FileDetails[] | undefined {
    return this.#quarantine.guard(() => this.#source()?.details(version));
  }

  validators(): Validators | undefined {
    const source = this.#source();
    return source?.validators;
  }

  putPage(page: IndexPage | StoredPage): void {
    const kept = "absent" in page ? page : pageOf(page);
    this.#change({ page: mergePages(this.#patch.page, kept), vanished: new Map() });
  }

  confirm(checkedAt: number): void {
    this.#change({ ...this.#patch, confirmedAt: checkedAt });
  }

  putVanished(version: string, since: string): void {
    this.#change({ ...this.#patch, vanished: new Map(this.#patch.vanished).set(version, since) });
  }

  /** What has to be written, merged with what others wrote. Call it under the store's lock. */
  merged(): ReleasesChange {
    const { page, confirmedAt, vanished } = this.#patch;
    if (page === undefined && vanished.size === 0) {
      return confirmedAt === undefined
        ? { kind: "none" }
        : { kind: "confirm", checkedAt: confirmedAt };
    }
    const old = this.#whole();
    return pageChange(old, old && readFileSync(this.#path, "latin1"), this.#patch);
  }

  /** The change is on disk. */
  written(change: ReleasesChange): void {
    // A page that needed no writing stands there already, put there by another process
    const merged = this.#patch.page !== undefined || this.#patch.vanished.size > 0;
    this.#patch = nothing;
    this.#patched = undefined;
    if (change.kind === "write" || merged) this.forget();
  }

  /** The patch is where it belongs; what came later is not. */
  settled(patch: PagePatch): void {
    if (this.#patch === patch) this.#patch = nothing;
    this.forget();
  }

  /** What was read is out of date: from now on another file says what is known. */
  moveTo(path: string): void {
    this.forget();
    this.#path = path;
  }

  /** Forgets what was read from disk. A list that somebody holds still answers as before. */
  forget(): void {
    this.settle();
    this.#file = undefined;
    this.#patched = undefined;
  }

  settle(): void {
    if (this.#file instanceof FileReleaseList) this.#file.settle();
  }

  close(): void {
    if (this.#file instanceof FileReleaseList) this.#file.close();
    this.#file = undefined;
  }

  #change(patch: PagePatch): void {
    this.#patch = patch;
    this.#patched = undefined;
  }

  #source(): FileReleaseList | PageList | undefined {
    const { page, vanished, confirmedAt } = this.#patch;
    const file = this.#patched === undefined ? this.#opened() : undefined;
    // A round of checks confirms hundreds of pages; none of them is read as a whole for that.
    if (file instanceof FileReleaseList && page === undefined && vanished.size === 0) {
      if (confirmedAt !== undefined) file.confirm(confirmedAt);
      return file;
    }
    if (this.#patch === nothing) return file;
    this.#patched ??= this.#applied();
    return this.#patched;
  }

  #applied(): PageList | undefined {
    const old = this.#opened() === undefined ? undefined : this.#whole();
    const page = applyPatch(old, this.#patch);
    return page === undefined ? undefined : new PageList(page);
  }

  #whole(): StoredPage | undefined {
    return this.#quarantine.guard(() => readWholeReleases(this.#path));
  }

  #opened(): FileReleaseList | PageList | undefined {
    if (this.#file === undefined) {
      const onDamage = (damage: DamagedFileError) => {
        this.#quarantine.take(damage);
        this.#file = null;
      };
      const open = () => openReleases(this.#path, this.name, this.index, onDamage);
      this.#file = this.#quarantine.guard(open) ?? null;
    }
    return this.#file ?? undefined;
  }
}

/** What a patch comes to, laid over a page and the text that it is kept as. */
export function pageChange(
  old: StoredPage | undefined,
  before: string | undefined,
  patch: PagePatch,
): ReleasesChange {
  const merged = applyPatch(old, patch);
  if (merged === undefined) return { kind: "none" };
  const text = writeReleases(merged);
  if (old === undefined || before === undefined)
    return { kind: "write", page: merged, text, news: true };
  if (afterCheckedAt(before) === afterCheckedAt(text)) {
    return { kind: "confirm", checkedAt: merged.checkedAt };
  }
  const said = old.absent !== merged.absent || old.status?.state !== merged.status?.state;
  const news = said || afterHeader(before) !== afterHeader(text);
  return { kind: "write", page: merged, text, news };
}

/**
 * Replaces the time of the last check in place: thirteen digits at a known offset, so that
 * confirming hundreds of unchanged pages rewrites none. Does nothing if the file is not there or
 * looks different; then the page is asked for once more. Needs no lock: a file that another
 * process puts in its place meanwhile was checked later.
 */
export function confirmInPlace(path: string, checkedAt: number): void {
  const file = openSync(path, "r+");
  try {
    const length = checkedAtPrefix.length + numberWidth;
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, 0);
    const text = buffer.toString("latin1");
    const known = Number(text.slice(checkedAtPrefix.length));
    if (!text.startsWith(checkedAtPrefix) || !(known < checkedAt)) return;
    writeSync(file, paddedNumber(checkedAt), checkedAtPrefix.length);
  } finally {
    closeSync(file);
  }
}

function afterCheckedAt(text: string): string {
  return text.slice(checkedAtPrefix.length + numberWidth);
}

function afterHeader(text: string): string {
  return text.slice(text.indexOf("\n"));
}
