import type { MetadataFact } from "../model/knowledge.ts";
import type { IndexUrl } from "../model/release.ts";

/** What `MemoryStore.add` is told of a release beyond its name and version. */
export interface ExampleRelease {
  /** Requires-Dist lines; default none. `false`: the metadata is unknown. */
  readonly requires?: readonly string[] | false;
  readonly requiresPython?: string;
  readonly extras?: readonly string[];
  /** File names; default one `py3-none-any` wheel. */
  readonly files?: readonly string[];
  readonly yanked?: string;
  /** ISO 8601; absent: the index does not say. */
  readonly uploadedAt?: string;
  readonly index?: IndexUrl;
}

/** A file as an index lists it; its hash comes from its name. */
export function exampleFile(filename: string, told: ExampleRelease) {
  const { requiresPython, yanked, uploadedAt } = told;
  let sum = 0;
  for (const unit of filename) sum = (sum * 31 + unit.charCodeAt(0)) % 0xffffffff;
  return {
    filename,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(uploadedAt === undefined ? {} : { uploadedAt }),
    sha256: sum.toString(16).padStart(64, "0"),
    url: `https://files.example/${filename}`,
  };
}

/** Metadata that says what is told. */
export function exampleMetadata(told: ExampleRelease): MetadataFact {
  const { requiresPython } = told;
  return {
    state: "known",
    requires: told.requires || [],
    ...(requiresPython === undefined ? {} : { requiresPython }),
    extras: told.extras ?? [],
    via: "metadata-file",
    observedAt: "2026-01-01T00:00:00Z",
  };
}
