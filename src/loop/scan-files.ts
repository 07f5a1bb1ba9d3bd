import { type FileDetails, scansOf, sourceFilename } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { chooseDistribution } from "../python/wheel-choice.ts";
import { scannerVersion } from "../security/scan-distribution.ts";
import type { KnowledgeStore } from "../store/store.ts";

/** What a scan is asked for. */
export interface ScanWish {
  /** Tags of the runtime whose wheel counts; empty: none. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Linters whose opinion is wanted, too. */
  readonly engines: readonly string[];
}

/** Our own checks, on whatever was installed. */
export const ownChecks: ScanWish = { ranks: new Map(), engines: [] };

/** The source distribution among the files of a release. */
export function sourceOf(files: readonly FileDetails[]): FileDetails | undefined {
  return files.find(({ filename }) => !filename.endsWith(".whl") && isDistribution(filename));
}

function isDistribution(filename: string): boolean {
  return /\.(whl|zip|tgz|tar(\.\w+)?)$/i.test(filename);
}

/**
 * The files of a release that a scan looks at: the source distribution, the wheel that the runtime
 * would install and those that were installed on any; the first wheel where there is none of these.
 */
export function filesToScan(
  store: KnowledgeStore,
  release: Release,
  { ranks }: ScanWish,
): readonly FileDetails[] {
  const files = store.details(release) ?? [];
  const source = sourceOf(files);
  const wheels = files.filter(({ filename }) => filename.endsWith(".whl"));
  const chosen = chooseDistribution(
    wheels.map(({ filename }) => filename),
    ranks,
  );
  const installed = store
    .runtimes(release.name, release.index)
    .map((runtime) => store.installed(release, runtime)?.filename);
  const wanted = new Set([chosen, ...installed]);
  const found = wheels.filter(({ filename }) => wanted.has(filename));
  const fallback = source === undefined && found.length === 0 ? wheels.slice(0, 1) : [];
  return [...(source === undefined ? [] : [source]), ...found, ...fallback];
}

/** Whether what is known of a file is all that a scan would tell. */
export function isKnownScan(
  fact: SecurityFact | undefined,
  file: FileDetails,
  { engines, now }: { readonly engines: readonly string[]; readonly now: number },
): fact is SecurityFact {
  if (fact === undefined) return false;
  if (fact.expires !== undefined && Date.parse(fact.expires) <= now) return false;
  if (file.sha256 !== undefined && fact.sha256 !== file.sha256) return false;
  const isGone = fact.failure === "vanished";
  return isGone || hasRun(fact, ["thoth-scan", ...engines]);
}

function hasRun({ tools }: SecurityFact, wanted: readonly string[]): boolean {
  return (
    tools["thoth-scan"] === scannerVersion && wanted.every((tool) => tools[tool] !== undefined)
  );
}

/** What is known of a release, file by file, where a scan would tell nothing more. */
export function knownScans(
  store: KnowledgeStore,
  release: Release,
  wish: ScanWish,
  now: number,
): readonly SecurityFact[] | undefined {
  const files = filesToScan(store, release, wish);
  const facts = files.map((file) => ({ file, fact: store.security(release, file.filename) }));
  const engines = { engines: wish.engines, now };
  if (!facts.every(({ file, fact }) => isKnownScan(fact, file, engines))) return undefined;
  if (sourceOf(files) !== undefined) return facts.flatMap(({ fact }) => fact ?? []);
  const lacking = store.security(release, sourceFilename(release));
  return lacking === undefined ? undefined : [lacking, ...facts.flatMap(({ fact }) => fact ?? [])];
}

/** Whether a release has a file that was installed, or could be, and that was not scanned. */
export function isUnscanned(store: KnowledgeStore, release: Release, now: number): boolean {
  if (scansOf(store, release).length === 0) return true;
  return knownScans(store, release, ownChecks, now) === undefined;
}
