import type { IndexUrl, Release } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";

export function pageKey(name: PackageName, index: IndexUrl): string {
  return `${name} ${index}`;
}

export function releaseKey(release: Release, detail = "", further?: string): string {
  const { index, name, version } = release;
  return [index, name, version, detail, ...(further === undefined ? [] : [further])].join(" ");
}
