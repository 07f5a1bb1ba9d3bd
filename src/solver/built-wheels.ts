import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { Runtime } from "../model/runtime.ts";
import { inNewFolder, listFolder, temporaryName, writeAtomic } from "../util/atomic-write.ts";
import type { Source } from "./source-inspection.ts";

/** What a built wheel depends upon. */
export interface WheelOrigin {
  readonly cacheDirectory: string;
  readonly runtime: Runtime;
  readonly source: Source;
  /** Of the archive; without it, and for a tree, the wheel is not found again. */
  readonly sha256?: string | undefined;
}

export interface KeptWheel {
  readonly wheelPath: string;
  readonly metadataText: string;
}

function keepFolder({ cacheDirectory, runtime, sha256, source }: WheelOrigin): string | undefined {
  if (sha256 === undefined || "tree" in source) return undefined;
  return join(cacheDirectory, "built", runtime.id, sha256);
}

/** The wheel that an earlier build of the same archive made for the same runtime. */
export function keptWheel(origin: WheelOrigin): KeptWheel | undefined {
  const folder = keepFolder(origin);
  const name = folder === undefined ? undefined : listFolder(folder).find(isWheel);
  if (folder === undefined || name === undefined) return undefined;
  const metadata = join(folder, "METADATA");
  const metadataText = readFileSync(metadata, "utf8");
  return { metadataText, wheelPath: join(folder, name) };
}

export function isWheel(name: string): boolean {
  return name.endsWith(".whl");
}

/** Puts a wheel that was just made into the cache; returns its path there. */
export function keepWheel(
  origin: WheelOrigin,
  { made, metadataText }: { readonly made: string; readonly metadataText: string },
): string {
  const byHash = keepFolder(origin);
  // The wheel of a tree is not found again: the next build replaces it.
  const folder = byHash ?? join(origin.cacheDirectory, "built", origin.runtime.id, "trees");
  if (byHash !== undefined) writeAtomic(join(folder, "METADATA"), metadataText);
  const kept = join(folder, basename(made));
  const temporary = temporaryName(kept);
  inNewFolder(temporary, () => copyFileSync(made, temporary));
  renameSync(temporary, kept);
  return kept;
}
