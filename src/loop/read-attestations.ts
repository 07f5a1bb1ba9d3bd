import pLimit from "p-limit";
import type { AttestationFact } from "../model/attestation.ts";
import type { FileDetails } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import type { AttestationBundle, TrustRoot } from "../security/attestation.ts";
import { BadAttestation, readProvenance } from "../security/attestation.ts";
import { publisherIdentity } from "../security/provenance-trust.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";

/** A file whose index names a provenance object. */
export interface AttestedDetails extends FileDetails {
  readonly sha256: string;
  readonly provenance: string;
}

export function isAttested(file: FileDetails): file is AttestedDetails {
  return file.sha256 !== undefined && file.provenance !== undefined;
}

/** PEP 740's own type, as the largest index sends it, and plain JSON of any other. */
const format = {
  types: ["application/vnd.pypi.integrity.v1+json", "application/json"],
  maxBytes: 5e6,
};
const mostAtOnce = 16;

/**
 * Reads the provenance objects of files into the store, those that were read lately excepted.
 * What is not well made, or speaks of another file, is a fact, too. Throws what a page may throw.
 */
export async function readAttestations(
  bench: Bench,
  files: readonly { readonly release: Release; readonly file: AttestedDetails }[],
  trustRoot: TrustRoot | undefined,
): Promise<void> {
  const { store } = bench.services;
  await pLimit(mostAtOnce).map(files, async ({ release, file }) => {
    const known = store.attestation(release, file.sha256);
    if (isFresh(bench, known, trustRoot)) return;
    const read = await readOne(bench, release, file, trustRoot);
    if (read === undefined) return;
    const formerly = formerlyOf(known, read);
    const fact = formerly === undefined ? read : { ...read, formerly };
    store.putAttestation(release, file.sha256, fact);
  });
}

/** Whom the index named for the file before, where it names anybody else now. */
function formerlyOf(known: AttestationFact | undefined, read: AttestationFact) {
  if (known?.formerly !== undefined) return known.formerly;
  if (known === undefined || known.problem !== undefined || read.problem !== undefined) {
    return undefined;
  }
  const before = new Set(known.publishers.map(publisherIdentity));
  const same = read.publishers.every((publisher) => before.has(publisherIdentity(publisher)));
  return same ? undefined : known.publishers;
}

function isFresh(
  { services, learner }: Bench,
  fact: AttestationFact | undefined,
  trustRoot: TrustRoot | undefined,
): boolean {
  if (fact === undefined || fact.problem !== undefined) return false;
  if (trustRoot !== undefined && fact.verifiedWith !== trustRoot.sha256) return false;
  return learner.options.now() - Date.parse(fact.observedAt) < services.configuration.freshnessMs;
}

/** undefined where the index does not show it to us: that says nothing of the file. */
async function readOne(
  { services, sources, learner }: Bench,
  release: Release,
  file: AttestedDetails,
  trustRoot: TrustRoot | undefined,
): Promise<AttestationFact | undefined> {
  const { client, signal, now } = learner.options;
  const source = sources.byUrl.get(release.index);
  if (source === undefined) return undefined;
  const observedAt = new Date(now()).toISOString();
  const { filename } = file;
  const invalid = (problem: string) => {
    return { filename, problem, publishers: [], predicates: [], observedAt };
  };
  try {
    const question = { url: file.provenance, access: { source }, format };
    const answer = await client.document(question, signal);
    if (answer.kind === "document") {
      return { filename, ...said(readProvenance(answer.value, file), trustRoot), observedAt };
    }
    const { status } = answer;
    if (status === 404 || status === 410) {
      return invalid(`the index names a provenance and answers ${status}`);
    }
    const message = `nobody could read who published ${filename}: the index answers ${status}`;
    services.emit({ type: "warning", message });
    return undefined;
  } catch (error) {
    if (error instanceof BadAttestation) return invalid(error.message);
    if (error instanceof ThothError && error.code === "index-garbage")
      return invalid(error.message);
    throw error;
  }
}

function said(bundles: readonly AttestationBundle[], trustRoot: TrustRoot | undefined) {
  const publishers = bundles.map(({ publisher }) => publisher);
  const predicates = bundles.flatMap(({ attestations }) =>
    attestations.map(({ predicate }) => predicate),
  );
  const verdicts = trustRoot === undefined ? [] : bundles.map((one) => trustRoot.verify(one));
  const verified = verdicts.length > 0 && verdicts.every((holds) => holds);
  return {
    publishers,
    predicates: [...new Set(predicates)].sort(),
    ...(verified && trustRoot !== undefined ? { verifiedWith: trustRoot.sha256 } : {}),
  };
}
