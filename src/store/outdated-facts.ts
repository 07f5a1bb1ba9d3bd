import type { FileIdentity, FilesChange, InstalledFact, MetadataFact } from "../model/knowledge.ts";
import type { SecurityFact } from "../model/security-fact.ts";

/*
 * Which facts of a release hold no longer once its files have changed: what was learnt of a file
 * that is gone, and what failed where a file that came may do better.
 */

/** `file` is the one that the fact is about, gone or come. */
export function isOutdatedMetadata(fact: MetadataFact, file: FileIdentity, change: FilesChange) {
  return change.gone.includes(file) || fact.state === "failed";
}

export function isOutdatedInstallation(fact: InstalledFact, change: FilesChange): boolean {
  if (isGone(fact.sha256, change)) return true;
  return fact.outcome === "failed" && change.come.length > 0;
}

export function isOutdatedScan(fact: SecurityFact, change: FilesChange): boolean {
  if (isGone(fact.sha256, change)) return true;
  if (fact.outcome === "no-source-distribution")
    return change.come.some(({ filename }) => !filename.endsWith(".whl"));
  return fact.failure === "vanished" && change.come.length > 0;
}

function isGone(sha256: string | undefined, { gone }: FilesChange): boolean {
  return gone.some((file) => file.sha256 === sha256);
}
