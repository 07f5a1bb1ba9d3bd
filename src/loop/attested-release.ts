import type { FileDetails } from "../model/knowledge.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import type { LockedRelease } from "../security/provenance.ts";
import type { TrustQuestion } from "../security/provenance-trust.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { compareVersionTexts, type StoredPage } from "../store/stored-page.ts";
import { type AttestedDetails, isAttested } from "./read-attestations.ts";

/** A locked release with what its index lists of the package. */
export interface ListedRelease {
  readonly locked: LockedRelease;
  readonly release: Release;
  readonly page: StoredPage;
}

/** What the store knows of a locked release on the index that it comes from; undefined: nothing. */
export function listedRelease(
  store: KnowledgeStore,
  locked: LockedRelease,
  order: readonly IndexUrl[],
): ListedRelease | undefined {
  const { name, version } = locked;
  const indexes = locked.index === undefined ? order : [locked.index];
  const index = indexes.find((one) => store.details({ name, version, index: one }) !== undefined);
  const page = index === undefined ? undefined : store.page(name, index);
  if (index === undefined || page === undefined) return undefined;
  return { locked, release: { name, version, index }, page };
}

/** The files of a release that its index lists now; none where it has vanished. */
export function filesOf({ release, page }: ListedRelease): readonly FileDetails[] {
  const own = page.releases.find(({ version }) => version === release.version);
  return own === undefined || own.vanished !== undefined ? [] : own.files;
}

/** The files whose attestations a check of a release needs: those that the lock admits, and one of an earlier release. */
export function filesToRead(
  store: KnowledgeStore,
  listed: ListedRelease,
): readonly { readonly release: Release; readonly file: AttestedDetails }[] {
  const { locked, release } = listed;
  const own = filesOf(listed).filter(isAttested);
  const admitted = own.filter(({ sha256 }) => locked.hashes.includes(sha256));
  const earlier = earlierAttested(store, listed);
  const [first] = earlier?.files.filter(isAttested) ?? [];
  return [
    ...admitted.map((file) => ({ release, file })),
    ...(earlier === undefined || first === undefined
      ? []
      : [{ release: { ...release, version: earlier.version }, file: first }]),
  ];
}

/** What is to be asked of a locked release's attestations. */
export function trustQuestion(
  store: KnowledgeStore,
  listed: ListedRelease,
  trustRoot: string | undefined,
): TrustQuestion {
  const { locked, release, page } = listed;
  const own = filesOf(listed);
  const earlier = earlierAttested(store, listed);
  return {
    release: { ...locked, index: release.index },
    attests: page.attests,
    files: own.flatMap((file) => {
      const { filename, sha256 } = file;
      if (sha256 === undefined || !locked.hashes.includes(sha256)) return [];
      const fact = store.attestation(release, sha256);
      return [{ filename, sha256, attested: isAttested(file), fact }];
    }),
    anyAttested: own.some(isAttested),
    earlier: earlier && {
      version: earlier.version,
      publishers: publishersOf(store, { ...release, version: earlier.version }, earlier.files),
    },
    trustRoot,
  };
}

// Each costs a look into the store, and trust that goes down is seen at once or never
const mostRemembered = 10;

/** The newest release below that its index attests to, or attested to when it was read. */
function earlierAttested(store: KnowledgeStore, { release, page }: ListedRelease) {
  const older = page.releases.filter(
    ({ version, vanished }) =>
      vanished === undefined && compareVersionTexts(version, release.version) < 0,
  );
  return older.find(
    ({ version, files }, at) =>
      files.some(isAttested) ||
      (at < mostRemembered && publishersOf(store, { ...release, version }, files).length > 0),
  );
}

function publishersOf(store: KnowledgeStore, release: Release, files: readonly FileDetails[]) {
  for (const { sha256 } of files) {
    const fact = sha256 === undefined ? undefined : store.attestation(release, sha256);
    if (fact !== undefined && fact.problem === undefined) return fact.publishers;
  }
  return [];
}
