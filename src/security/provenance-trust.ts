import type { AttestationFact, Publisher, ReportedAttestation } from "../model/attestation.ts";
import type { LockedRelease, ProvenanceFinding } from "./provenance.ts";

/** A file that a lock admits, as its index lists it. */
export interface AdmittedFile {
  readonly filename: string;
  readonly sha256: string;
  /** Whether the index names a provenance object for it. */
  readonly attested: boolean;
  /** What was read of it, now or earlier. */
  readonly fact: AttestationFact | undefined;
}

/** What is known of the attestations of one locked release and of those before it. */
export interface TrustQuestion {
  readonly release: LockedRelease;
  /** Whether the index tells of attestations at all; undefined: nobody looked. */
  readonly attests: boolean | undefined;
  readonly files: readonly AdmittedFile[];
  /** Whether any file of the release has a provenance object, admitted or not. */
  readonly anyAttested: boolean;
  /** The newest release below it that was attested, with its publishers as far as read. */
  readonly earlier:
    | { readonly version: string; readonly publishers: readonly Publisher[] }
    | undefined;
  /** Of the trusted root that this check verifies with. */
  readonly trustRoot: string | undefined;
}

/** What the attestations of a release come to, file by file. */
export function attestationsOf(question: TrustQuestion): readonly ReportedAttestation[] {
  const { release, files } = question;
  return files.map((file) => ({
    package_name: release.name,
    package_version: release.version,
    filename: file.filename,
    digest: file.sha256,
    state: stateOf(file, question),
    publishers: file.attested ? (file.fact?.publishers ?? []) : [],
    predicates: file.attested ? (file.fact?.predicates ?? []) : [],
  }));
}

function stateOf({ attested, fact }: AdmittedFile, { attests, trustRoot }: TrustQuestion) {
  if (!attested) return attests === true ? "none" : "unknown";
  if (fact === undefined) return "unread";
  if (fact.problem !== undefined) return "invalid";
  const verified = trustRoot !== undefined && fact.verifiedWith === trustRoot;
  return verified ? "verified" : "claimed";
}

/**
 * Attestations that do not hold, and trust that went down: what was attested once and is no longer,
 * or by somebody else. A release whose index tells of no attestations, and that had none before, is
 * unknown and no finding.
 */
export function trustFindings(question: TrustQuestion): readonly ProvenanceFinding[] {
  const { release, files } = question;
  const about = {
    package_name: release.name,
    package_version: release.version,
    ...(release.index === undefined ? {} : { source: release.index }),
  };
  const invalid = files.flatMap(({ filename, sha256, attested, fact }): ProvenanceFinding[] => {
    if (!attested || fact?.problem === undefined) return [];
    const justification = `the attestations of ${filename} do not hold: ${fact.problem}`;
    return [{ type: "ERROR", id: "INVALID-ATTESTATION", justification, ...about, digest: sha256 }];
  });
  const missing = missingText(question);
  const changed = changedText(question);
  return [
    ...invalid,
    ...(missing === undefined
      ? []
      : [
          { type: "WARNING", id: "MISSING-ATTESTATION", justification: missing, ...about } as const,
        ]),
    ...(changed === undefined
      ? []
      : [{ type: "WARNING", id: "PUBLISHER-CHANGED", justification: changed, ...about } as const]),
  ];
}

function missingText({ files, anyAttested, earlier }: TrustQuestion): string | undefined {
  const bare = files.filter(({ attested }) => !attested);
  if (bare.length === 0) return undefined;
  const lost = bare.find(({ fact }) => fact !== undefined && fact.problem === undefined);
  if (lost?.fact !== undefined) {
    const by = publishersText(lost.fact.publishers);
    return `the index attested ${lost.filename} earlier (${by}) and does so no longer`;
  }
  const [first] = bare;
  if (anyAttested) {
    const more = bare.length > 1 ? ` and ${bare.length - 1} more` : "";
    return `other files of the release are attested, but not ${first?.filename}${more}`;
  }
  if (earlier === undefined) return undefined;
  const by = earlier.publishers.length === 0 ? "" : ` (${publishersText(earlier.publishers)})`;
  return `${earlier.version} was attested${by}, and this release is not`;
}

function changedText({ files, earlier }: TrustQuestion): string | undefined {
  const moved = files.find(({ attested, fact }) => attested && fact?.formerly !== undefined);
  if (moved?.fact?.formerly !== undefined) {
    const [was, is] = [moved.fact.formerly, moved.fact.publishers].map(publishersText);
    return `the index named ${was} as publisher of ${moved.filename} earlier, and names ${is} now`;
  }
  if (earlier === undefined || earlier.publishers.length === 0) return undefined;
  const before = new Set(earlier.publishers.map(publisherIdentity));
  const now = files.flatMap(({ attested, fact }) =>
    attested && fact?.problem === undefined ? (fact?.publishers ?? []) : [],
  );
  const others = now.filter((publisher) => !before.has(publisherIdentity(publisher)));
  if (others.length === 0) return undefined;
  const was = publishersText(earlier.publishers);
  return `${earlier.version} was published by ${was}, and this release by ${publishersText(others)}`;
}

/** What tells publishers apart: an environment may be renamed without anybody else publishing. */
export function publisherIdentity({
  kind,
  repository = "",
  workflow = "",
  email = "",
}: Publisher): string {
  return [kind.toLowerCase(), repository.toLowerCase(), workflow, email].join("\n");
}

/** `GitHub pallets/flask, publish.yaml`. */
function publishersText(publishers: readonly Publisher[]): string {
  const texts = publishers.map(({ kind, repository, workflow, email }) => {
    const who = [kind, repository ?? email].filter((part) => part !== undefined).join(" ");
    return workflow === undefined ? who : `${who}, ${workflow}`;
  });
  return [...new Set(texts)].join(" and ");
}
