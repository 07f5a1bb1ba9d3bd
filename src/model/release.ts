import type { PackageName } from "../python/name.ts";
import { withoutUserInfo } from "../util/address.ts";
import type { Brand } from "../util/brand.ts";

/**
 * The address of a simple index (PEP 503) that identifies it in knowledge: variables expanded,
 * credentials and trailing slashes removed. Never printed in a lock.
 */
export type IndexUrl = Brand<string, "IndexUrl">;

/** Takes credentials, fragment and trailing slashes off, so that one index has one name. */
export function indexUrl(raw: string): IndexUrl {
  return withoutUserInfo(raw)
    .replace(/[#?].*$/, "")
    .replace(/\/+$/, "") as IndexUrl;
}

/** name + version + index; `version` is normalised (PEP 440). */
export interface Release {
  readonly name: PackageName;
  readonly version: string;
  readonly index: IndexUrl;
}

/** `flask==3.0.3`, for people. */
export function releaseText(release: { readonly name: string; readonly version: string }): string {
  return `${release.name}==${release.version}`;
}
