import { expect, test } from "vitest";
import { statementOf, unsignedProvenance } from "../../fixtures/attestations.ts";
import { isSameDistribution, readProvenance } from "./attestation.ts";

const sha256 = "ab".repeat(32);
const file = { filename: "demo_pkg-1.0-py3-none-any.whl", sha256 };
const publisher = {
  kind: "GitHub",
  repository: "owner/demo",
  workflow: "release.yml",
  environment: null,
};
const sound = unsignedProvenance(file, publisher);

/** The sound document with another statement. */
function stating(statement: string): unknown {
  const text = JSON.stringify(sound);
  const encoded = Buffer.from(statement).toString("base64");
  return JSON.parse(text.replace(/"statement":"[^"]*"/, `"statement":"${encoded}"`));
}

test("a provenance object says who published a file and what is attested", () => {
  expect(readProvenance(sound, file)).toEqual([
    {
      publisher: { kind: "GitHub", repository: "owner/demo", workflow: "release.yml" },
      attestations: [
        {
          predicate: "https://slsa.dev/provenance/v1",
          statement: Buffer.from(statementOf(file.filename, sha256)).toString("base64"),
          signature: "AAAA",
          certificate: "AAAA",
          transparencyEntries: [{}],
        },
      ],
    },
  ]);
});

test.each<[string, unknown, string]>([
  ["nothing", null, "the provenance is not a JSON object"],
  ["another version", { ...sound, version: 2 }, "the provenance has a version other than 1"],
  [
    "no bundle",
    { version: 1, attestation_bundles: [] },
    "`attestation_bundles` is empty or no list",
  ],
  [
    "a bundle without publisher",
    { version: 1, attestation_bundles: [{ attestations: [] }] },
    "a bundle names no publisher",
  ],
  [
    "a bundle without attestations",
    { version: 1, attestation_bundles: [{ publisher, attestations: [] }] },
    "`attestations` is empty or no list",
  ],
  ["a statement that is no JSON", stating("{"), "a statement is no in-toto statement of version 1"],
  [
    "a statement of another file",
    stating(statementOf("other-1.0.tar.gz", sha256)),
    "a statement speaks of another file: other-1.0.tar.gz",
  ],
  [
    "a statement of other contents",
    stating(statementOf(file.filename, "cd".repeat(32))),
    "a statement speaks of other contents: its sha256 is not that of the file",
  ],
  [
    "a statement of several subjects",
    stating(statementOf(file.filename, sha256).replace(/"subject":\[(.*?)\]/, '"subject":[$1,$1]')),
    "a statement does not have one subject with a name and a digest",
  ],
  [
    "a statement without type",
    stating(statementOf(file.filename, sha256).replace("predicateType", "predicate_type")),
    "a statement has no predicate type",
  ],
])("%s is refused", (_rule, document, problem) => {
  expect(() => readProvenance(document, file)).toThrow(problem);
});

test.each([
  ["demo_pkg-1.0-py3-none-any.whl", "Demo.Pkg-1.0-py3-none-any.whl", true],
  ["demo_pkg-1.0-py2.py3-none-any.whl", "demo_pkg-1.0-py3.py2-none-any.whl", true],
  ["demo-pkg-1.0.tar.gz", "demo_pkg-1.0.tar.gz", true],
  ["demo-pkg-1.0.tar.gz", "demo-pkg-1.0.zip", false],
  ["demo_pkg-1.0-1-py3-none-any.whl", "demo_pkg-1.0-py3-none-any.whl", false],
  ["demo_pkg-1.0.tar.gz", "demo_pkg-1.0.1.tar.gz", false],
  ["nonsense", "other nonsense", false],
])("%s and %s are one file: %s", (one, other, expected) => {
  expect(isSameDistribution(one, other)).toBe(expected);
});
