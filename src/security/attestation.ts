import type { Publisher } from "../model/attestation.ts";
import { parseSdistName, parseWheelName } from "../python/distribution-name.ts";
import { isRecord, parsedJson } from "../util/json.ts";

/** The file that attestations should speak of. */
export interface AttestedFile {
  readonly filename: string;
  readonly sha256: string;
}

/** One attestation as it stands in a provenance object, its statement read. */
export interface Attestation {
  readonly predicate: string;
  /** Base64: what was signed, the signature, and the certificate of who signed. */
  readonly statement: string;
  readonly signature: string;
  readonly certificate: string;
  readonly transparencyEntries: readonly unknown[];
}

/** What one publisher attests to a file. */
export interface AttestationBundle {
  readonly publisher: Publisher;
  readonly attestations: readonly Attestation[];
}

/** Whom to believe, to verify signatures with. */
export interface TrustRoot {
  /** Of the file that says whom to believe, to name it. */
  readonly sha256: string;
  /**
   * Verifies every attestation of a bundle; false where the kind of publisher is none whose
   * certificates Thoth can read. Throws BadAttestation where something does not hold.
   */
  verify(bundle: AttestationBundle): boolean;
}

/** Thrown where a provenance object is not what PEP 740 describes or speaks of another file. */
export class BadAttestation extends Error {
  override readonly name = "BadAttestation";
}

const mostBundles = 20;
const longestText = 300;
const statementType = "https://in-toto.io/Statement/v1";

/**
 * Reads a provenance object (PEP 740): its structure, and that every statement in it speaks of this
 * very file, by name and sha256. Signatures are not looked at.
 * @throws BadAttestation saying in what it does not hold.
 */
export function readProvenance(
  document: unknown,
  file: AttestedFile,
): readonly AttestationBundle[] {
  if (!isRecord(document)) refuse("the provenance is not a JSON object");
  if (document["version"] !== 1) refuse("the provenance has a version other than 1");
  return someOf(document["attestation_bundles"], "attestation_bundles").map((bundle) => {
    if (!isRecord(bundle)) refuse("an attestation bundle is not an object");
    const publisher = readPublisher(bundle["publisher"]);
    const attestations = someOf(bundle["attestations"], "attestations");
    return { publisher, attestations: attestations.map((one) => readAttestation(one, file)) };
  });
}

function readPublisher(raw: unknown): Publisher {
  if (!isRecord(raw)) refuse("a bundle names no publisher");
  const kind = text(raw["kind"]);
  if (kind === undefined) refuse("a publisher has no kind");
  const [repository, environment, email] = ["repository", "environment", "email"].map((key) =>
    text(raw[key]),
  );
  const workflow = text(raw["workflow"]) ?? text(raw["workflow_filepath"]);
  return {
    kind,
    ...(repository === undefined ? {} : { repository }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(environment === undefined ? {} : { environment }),
    ...(email === undefined ? {} : { email }),
  };
}

function readAttestation(raw: unknown, file: AttestedFile): Attestation {
  if (!isRecord(raw) || raw["version"] !== 1) refuse("an attestation has a version other than 1");
  const { envelope, verification_material: material } = raw;
  if (!isRecord(envelope) || !isRecord(material)) {
    refuse("an attestation has no envelope or nothing to verify it with");
  }
  const statement = base64(envelope["statement"], "statement");
  const signature = base64(envelope["signature"], "signature");
  const certificate = base64(material["certificate"], "certificate");
  const transparencyEntries = someOf(material["transparency_entries"], "transparency_entries");
  const predicate = readStatement(Buffer.from(statement, "base64").toString("utf8"), file);
  return { predicate, statement, signature, certificate, transparencyEntries };
}

/** An in-toto statement of one subject; what type of thing it says. */
function readStatement(json: string, file: AttestedFile): string {
  const statement = parsedJson(json);
  if (!isRecord(statement) || statement["_type"] !== statementType) {
    refuse("a statement is no in-toto statement of version 1");
  }
  const subjects: unknown = statement["subject"];
  const subject: unknown = Array.isArray(subjects) && subjects.length === 1 ? subjects[0] : {};
  const { name, digest } = isRecord(subject) ? subject : {};
  if (typeof name !== "string" || !isRecord(digest)) {
    refuse("a statement does not have one subject with a name and a digest");
  }
  if (!isSameDistribution(name, file.filename)) {
    refuse(`a statement speaks of another file: ${clipped(name)}`);
  }
  if (digest["sha256"] !== file.sha256) {
    refuse("a statement speaks of other contents: its sha256 is not that of the file");
  }
  const predicate = text(statement["predicateType"]);
  return predicate ?? refuse("a statement has no predicate type");
}

/** Names of distributions have several spellings: case, separators, versions, order of tags. */
export function isSameDistribution(one: string, other: string): boolean {
  return one === other || normalizedName(one) === (normalizedName(other) ?? other);
}

function normalizedName(filename: string): string | undefined {
  const wheel = parseWheelName(filename);
  if (wheel !== undefined) {
    const { name, version, build = [], tags } = wheel;
    return [name, version.text, build.join(""), ...tags, "whl"].join(" ");
  }
  const sdist = parseSdistName(filename);
  const suffix = filename.endsWith(".zip") ? "zip" : "tar.gz";
  return sdist && [sdist.name, sdist.version.text, suffix].join(" ");
}

function someOf(list: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(list) || list.length === 0) refuse(`\`${name}\` is empty or no list`);
  if (list.length > mostBundles) refuse(`\`${name}\` has more than ${mostBundles} entries`);
  return list;
}

function base64(value: unknown, name: string): string {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) {
    refuse(`\`${name}\` is not base64`);
  }
  return value;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? clipped(value) : undefined;
}

function clipped(value: string): string {
  return value.slice(0, longestText);
}

function refuse(problem: string): never {
  throw new BadAttestation(problem);
}
