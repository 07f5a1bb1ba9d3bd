import { type Manifest, readArchive } from "./archive.ts";
import { ArchiveMerge, type MergeCounts } from "./archive-merge.ts";
import { readArchivedFile } from "./archived-file.ts";
import { jsonBacking } from "./json-store.ts";

export interface ImportRequest {
  readonly store: string;
  readonly archive: string;
  /** Read the archive to its end, and change nothing. */
  readonly verifyOnly: boolean;
  /** ms since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Told of the two passes as they begin. */
  readonly onStage: (stage: "verify" | "merge") => void;
}

/** What an archive holds. */
export interface ArchiveContent {
  readonly files: number;
  readonly packages: number;
  readonly releases: number;
  readonly facts: number;
}

export interface ImportResult {
  readonly manifest: Manifest;
  readonly content: ArchiveContent;
  /** Undefined where the archive was only verified. */
  readonly merged?: MergeCounts;
  /** Files of the store that were damaged and set aside. */
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Merges an archive into a store, fact by fact, by the rules that the store itself merges with: of
 * two observations the later one stays, of two pages the one that was checked later. The whole
 * archive is verified before anything changes. A process that dies in between leaves a store that
 * is whole and holds a part; importing again brings the rest. Throws `bad-archive` and what a flush
 * throws.
 */
export async function importKnowledge(request: ImportRequest): Promise<ImportResult> {
  const { archive, now, signal, onStage } = request;
  const content = { files: 0, packages: 0, releases: 0, facts: 0 };
  onStage("verify");
  const manifest = await readArchive(archive, signal, ({ path, bytes }) => {
    const file = readArchivedFile(path, bytes.toString("utf8"), now);
    content.files += 1;
    if (file.kind === "releases") content.releases += file.page.releases.length;
    else content.facts += file.facts.size;
    if (file.kind === "releases") content.packages += 1;
  });
  if (request.verifyOnly) return { manifest, content, damaged: [] };
  onStage("merge");
  const merge = new ArchiveMerge(jsonBacking(request.store));
  await readArchive(archive, signal, async ({ path, bytes }) => {
    await merge.add(readArchivedFile(path, bytes.toString("utf8"), now));
  });
  await merge.end();
  return { manifest, content, merged: merge.counts, damaged: merge.damaged };
}
