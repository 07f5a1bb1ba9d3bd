import { join } from "node:path";
import type { IndexUrl } from "../model/release.ts";
import type { RuntimeId } from "../model/runtime.ts";
import type { PackageName } from "../python/name.ts";

/** Where everything lies below the store's folder. */
export class StorePaths {
  readonly root: string;
  readonly catalogue: string;
  readonly lock: string;
  readonly packages: string;
  readonly sources: string;
  readonly advisories: string;
  readonly corrupt: string;
  /** Files being written; one folder, so that leftovers of killed processes are found at once. */
  readonly temporary: string;

  constructor(root: string) {
    this.root = root;
    this.catalogue = join(root, "store.json");
    this.lock = join(root, "store.lock");
    this.packages = join(root, "packages");
    this.sources = join(root, "sources");
    this.advisories = join(root, "advisories");
    this.corrupt = join(root, "corrupt");
    this.temporary = join(root, "tmp");
  }

  /** `packages/<index>/fl/flask`. Plain Error for a name that is not normalised (PEP 503). */
  package(name: PackageName, index: IndexUrl): string {
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)) {
      throw new Error(`not a normalised package name: ${JSON.stringify(name)}`);
    }
    return this.packageBelow(indexKey(index), name).folder;
  }

  /** The same by the name of the index's folder. */
  packageBelow(key: string, name: PackageName): { readonly name: string; readonly folder: string } {
    const file = name.length <= longestName ? name : fileNameOf(name);
    return { name: file, folder: `${this.packages}/${key}/${name.slice(0, 2)}/${file}` };
  }

  source(key: string): string {
    return `${this.sources}/${fileNameOf(key)}.json`;
  }
}

/** `installed-linux-glibc236-x86_64-cp311.json`. */
export function installedFile(runtime: RuntimeId): string {
  return `installed-${fileNameOf(runtime)}.json`;
}

const longestName = 80;
const indexKeys = new Map<string, string>();

/** A folder name for an index: readable, and different for different addresses. */
export function indexKey(index: IndexUrl): string {
  let key = indexKeys.get(index);
  if (key === undefined) {
    key = fileNameOf(index);
    indexKeys.set(index, key);
  }
  return key;
}

/**
 * A safe file name for any text: itself if it is one, else what can be read of it and a checksum.
 * Every file also states what it is about, so that two texts with one checksum do not mix.
 */
export function fileNameOf(text: string): string {
  if (text.length <= longestName && /^[a-z0-9][a-z0-9._-]*$/.test(text)) return text;
  const readable = text
    .toLowerCase()
    .replaceAll(/^[a-z+]+:\/\//g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return `${readable.slice(0, 48)}-${checksum(text)}`;
}

/** FNV-1a with two seeds: loading node:crypto would cost more than reading fifty packages. */
function checksum(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x01000193) ^ (second >>> 15);
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
