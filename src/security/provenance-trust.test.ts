import { expect, test } from "vitest";
import type { AttestationFact } from "../model/attestation.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import {
  type AdmittedFile,
  attestationsOf,
  type TrustQuestion,
  trustFindings,
} from "./provenance-trust.ts";

const index = indexUrl("https://main.example/simple");
const release = { name: packageName("flask"), version: "3.0", index, hashes: ["aa"] };
const pallets = { kind: "GitHub", repository: "pallets/flask", workflow: "publish.yaml" };
const mallory = { ...pallets, repository: "mallory/flask" };

function fact(publisher: typeof pallets, more: Partial<AttestationFact> = {}): AttestationFact {
  const predicates = ["https://slsa.dev/provenance/v1"];
  const observedAt = "2026-01-01T00:00:00Z";
  return { filename: "flask-3.0.tar.gz", publishers: [publisher], predicates, observedAt, ...more };
}

function file(attested: boolean, said?: AttestationFact): AdmittedFile {
  return { filename: "flask-3.0.tar.gz", sha256: "aa", attested, fact: said };
}

function question(one: AdmittedFile, more: Partial<TrustQuestion> = {}): TrustQuestion {
  const rest = {
    attests: true,
    anyAttested: one.attested,
    earlier: undefined,
    trustRoot: undefined,
  };
  return { release, files: [one], ...rest, ...more };
}

const earlier = { version: "2.9", publishers: [pallets] };

test.each<[string, TrustQuestion, readonly string[]]>([
  [
    "a release by the same publisher as before",
    question(file(true, fact(pallets)), { earlier }),
    [],
  ],
  [
    "the case of a repository, and an environment, are no other publisher",
    question(file(true, fact({ ...pallets, repository: "Pallets/Flask" }, {})), {
      earlier: { ...earlier, publishers: [{ ...pallets, environment: "old" } as typeof pallets] },
    }),
    [],
  ],
  ["a release that was never attested", question(file(false)), []],
  ["one of an index that tells nothing", question(file(false), { attests: false }), []],
  [
    "a release without attestations after one that had them",
    question(file(false), { earlier }),
    [
      "WARNING MISSING-ATTESTATION 2.9 was attested (GitHub pallets/flask, publish.yaml), and this release is not",
    ],
  ],
  [
    "the same, where nobody read the earlier ones",
    question(file(false), { earlier: { version: "2.9", publishers: [] } }),
    ["WARNING MISSING-ATTESTATION 2.9 was attested, and this release is not"],
  ],
  [
    "a file without attestation beside others that have one",
    question(file(false), { anyAttested: true }),
    [
      "WARNING MISSING-ATTESTATION other files of the release are attested, but not flask-3.0.tar.gz",
    ],
  ],
  [
    "a file that was attested and is no longer",
    question(file(false, fact(pallets))),
    [
      "WARNING MISSING-ATTESTATION the index attested flask-3.0.tar.gz earlier (GitHub pallets/flask, publish.yaml) and does so no longer",
    ],
  ],
  [
    "another publisher than before",
    question(file(true, fact(mallory)), { earlier }),
    [
      "WARNING PUBLISHER-CHANGED 2.9 was published by GitHub pallets/flask, publish.yaml, and this release by GitHub mallory/flask, publish.yaml",
    ],
  ],
  [
    "another publisher of the very same file than before",
    question(file(true, fact(mallory, { formerly: [pallets] }))),
    [
      "WARNING PUBLISHER-CHANGED the index named GitHub pallets/flask, publish.yaml as publisher of flask-3.0.tar.gz earlier, and names GitHub mallory/flask, publish.yaml now",
    ],
  ],
  [
    "attestations that do not hold",
    question(
      file(true, fact(pallets, { publishers: [], problem: "the provenance is not a JSON object" })),
    ),
    [
      "ERROR INVALID-ATTESTATION the attestations of flask-3.0.tar.gz do not hold: the provenance is not a JSON object",
    ],
  ],
])("%s", (_rule, asked, expected) => {
  expect(
    trustFindings(asked).map(({ type, id, justification }) => `${type} ${id} ${justification}`),
  ).toEqual(expected);
});

test.each<[string, TrustQuestion]>([
  ["verified", question(file(true, fact(pallets, { verifiedWith: "r1" })), { trustRoot: "r1" })],
  ["claimed", question(file(true, fact(pallets, { verifiedWith: "r1" })), { trustRoot: "r2" })],
  ["claimed", question(file(true, fact(pallets, { verifiedWith: "r1" })))],
  ["claimed", question(file(true, fact(pallets)), { trustRoot: "r1" })],
  ["invalid", question(file(true, fact(pallets, { problem: "x" })))],
  ["unread", question(file(true))],
  ["none", question(file(false))],
  ["unknown", question(file(false), { attests: false })],
  ["unknown", question(file(false), { attests: undefined })],
])("of a file it is told that it is %s", (state, asked) => {
  expect(attestationsOf(asked)).toMatchObject([
    { filename: "flask-3.0.tar.gz", digest: "aa", state },
  ]);
});
