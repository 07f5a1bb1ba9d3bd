import { createHash } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { type Signer, toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import type { Publisher } from "../model/attestation.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import {
  type Attestation,
  type AttestationBundle,
  BadAttestation,
  type TrustRoot,
} from "./attestation.ts";

/**
 * Reads what Sigstore calls a `trusted_root.json`: certificate authorities and logs. Undefined where
 * the text is none.
 */
export function readTrustRoot(text: string): TrustRoot | undefined {
  const root = parsedJson(text);
  if (
    !isRecord(root) ||
    !/^application\/vnd\.dev\.sigstore\.trustedroot/.test(`${root["mediaType"]}`)
  ) {
    return undefined;
  }
  const verifier = guarded(() => new Verifier(toTrustMaterial(TrustedRoot.fromJSON(root))));
  if (verifier instanceof Error) return undefined;
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { sha256, verify: (bundle) => verifyBundle(bundle, verifier) };
}

/**
 * The signature over each statement, the certificate up to the root with its proof of publication,
 * the entry in the transparency log, and that the certificate was given to the very publisher that
 * the index names.
 */
function verifyBundle({ publisher, attestations }: AttestationBundle, verifier: Verifier): boolean {
  const expected = identityOf(publisher);
  for (const attestation of attestations) {
    const signer = guarded(() => verifier.verify(toSignedEntity(sigstoreBundle(attestation))));
    if (signer instanceof Error) {
      throw new BadAttestation(`a signature does not hold: ${signer.message}`, { cause: signer });
    }
    if (expected !== undefined && !expected(certified(signer))) {
      throw new BadAttestation("a signature is not by the publisher that the index names");
    }
  }
  return expected !== undefined;
}

function sigstoreBundle({ statement, signature, certificate, transparencyEntries }: Attestation) {
  return bundleFromJSON({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {
      certificate: { rawBytes: certificate },
      tlogEntries: transparencyEntries,
    },
    dsseEnvelope: {
      payload: statement,
      payloadType: "application/vnd.in-toto+json",
      signatures: [{ sig: signature }],
    },
  });
}

/** What a certificate says of whom it was given to. */
interface Certified {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly repository: string | undefined;
  /** The top-level workflow, with the revision after `@`. */
  readonly workflow: string | undefined;
}

// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
const sourceRepository = "1.3.6.1.4.1.57264.1.12";
const buildConfiguration = "1.3.6.1.4.1.57264.1.18";

function certified({ identity }: Signer): Certified {
  const extension = (id: string) => {
    const found = identity?.oids?.find(({ oid }) => oid?.id.join(".") === id);
    return found === undefined ? undefined : utf8String(found.value);
  };
  return {
    issuer: identity?.extensions?.issuer,
    subject: identity?.subjectAlternativeName,
    repository: extension(sourceRepository),
    workflow: extension(buildConfiguration),
  };
}

/** The text of a DER UTF8String. */
function utf8String(der: Buffer): string | undefined {
  const long = (der[1] ?? 0) & 0x80;
  const start = long === 0 ? 2 : 2 + ((der[1] ?? 0) & 0x7f);
  return der[0] === 0x0c ? der.subarray(start).toString("utf8") : undefined;
}

/**
 * How a certificate shows that it was given to a publisher, as the kinds of PEP 740's publishers
 * are matched by their index; undefined for a kind that is not known.
 */
function identityOf({ kind, repository, workflow, email }: Publisher) {
  if (kind === "GitHub" && repository !== undefined && workflow !== undefined) {
    const address = `https://github.com/${repository}`;
    return (by: Certified) =>
      by.issuer === "https://token.actions.githubusercontent.com" &&
      isSame(by.repository, address) &&
      startsAlike(by.workflow, `${address}/.github/workflows/${workflow}@`);
  }
  if (kind === "GitLab" && repository !== undefined && workflow !== undefined) {
    const address = `https://gitlab.com/${repository}`;
    return (by: Certified) =>
      by.issuer === "https://gitlab.com" &&
      isSame(by.repository, address) &&
      startsAlike(by.workflow, `${address}//${workflow}@`);
  }
  if (kind === "Google" && email !== undefined) {
    return (by: Certified) => by.issuer === "https://accounts.google.com" && by.subject === email;
  }
  return undefined;
}

function isSame(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/** Owner and repository know no case; the rest is a file's name. */
function startsAlike(one: string | undefined, beginning: string): boolean {
  return isSame(one?.slice(0, beginning.length), beginning);
}

/** The packages throw errors of many kinds at what is not well made; all mean that it does not hold. */
function guarded<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
