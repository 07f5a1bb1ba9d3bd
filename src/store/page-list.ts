import type {
  FileDetails,
  FileFacts,
  ReleaseFacts,
  ReleaseList,
  Validators,
} from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { StoredPage, StoredRelease } from "./stored-page.ts";

/** A page in memory as the adviser sees it. */
export class PageList implements ReleaseList {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly checkedAt: number;
  readonly absent?: string;
  readonly status?: ProjectStatus;
  readonly attests?: boolean;
  readonly page: StoredPage;

  constructor(page: StoredPage) {
    this.page = page;
    this.name = page.name;
    this.index = page.index;
    this.checkedAt = page.checkedAt;
    if (page.absent !== undefined) this.absent = page.absent;
    if (page.status !== undefined) this.status = page.status;
    if (page.attests !== undefined) this.attests = page.attests;
  }

  get validators(): Validators {
    return this.page.validators;
  }

  get count(): number {
    return this.page.releases.length;
  }

  release(position: number): ReleaseFacts {
    const { version, files, vanished, gone } = this.#at(position);
    return {
      version,
      files: files.map(factsOf),
      ...(vanished === undefined ? {} : { vanished }),
      ...(gone === undefined ? {} : { gone }),
    };
  }

  version(position: number): string {
    return this.#at(position).version;
  }

  python(position: number): string | undefined {
    const { files } = this.#at(position);
    const first = files[0]?.requiresPython;
    return files.every(({ requiresPython }) => requiresPython === first) ? first : undefined;
  }

  /** Hashes and addresses of one release; undefined if the page does not list it. */
  details(version: string): readonly FileDetails[] | undefined {
    return this.page.releases.find((one) => one.version === version)?.files.map(detailsOf);
  }

  #at(position: number): StoredRelease {
    const release = this.page.releases[position];
    if (release === undefined) throw new RangeError(`no release ${position} of ${this.name}`);
    return release;
  }
}

export function factsOf(file: FileFacts): FileFacts {
  const { filename, requiresPython, yanked } = file;
  return {
    filename,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
  };
}

export function detailsOf(file: FileDetails): FileDetails {
  const { filename, sha256, size, uploadedAt, url, coreMetadata } = file;
  return {
    filename,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(size === undefined ? {} : { size }),
    ...(uploadedAt === undefined ? {} : { uploadedAt }),
    url,
    ...(coreMetadata === undefined ? {} : { coreMetadata }),
  };
}
