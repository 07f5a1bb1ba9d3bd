import { expect, test } from "vitest";
import { testSigstore } from "../../fixtures/attestations.ts";
import { wheel } from "../../fixtures/packages.ts";
import { readProvenance, type TrustRoot } from "./attestation.ts";
import { readTrustRoot } from "./attestation-signature.ts";

const file = wheel({ name: "demo", version: "1.0" });
const github = { kind: "GitHub", repository: "Owner/demo", workflow: "release.yml" };
const sigstore = await testSigstore();

function rootOf({ trustRoot }: { readonly trustRoot: string }): TrustRoot {
  const root = readTrustRoot(trustRoot);
  if (root === undefined) throw new Error("no trusted root");
  return root;
}

function verified(document: object, root: TrustRoot): readonly boolean[] {
  return readProvenance(document, file).map((bundle) => root.verify(bundle));
}

test("a file that its publisher signed is verified against the root that the signature goes back to", async () => {
  const document = await sigstore.attest(file, github);

  expect(verified(document, rootOf(sigstore))).toEqual([true]);
  const another = rootOf(await testSigstore());
  expect(() => verified(document, another)).toThrow(/^a signature does not hold: /);
});

test.each([
  ["another repository", { ...github, repository: "Mallory/demo" }],
  ["another workflow", { ...github, workflow: "evil.yml" }],
  ["a repository that begins alike", { ...github, repository: "Owner/demo-evil" }],
])("a signature by %s than the one that the index names does not hold", async (_rule, signer) => {
  const document = await sigstore.attest(file, github, { signer });

  expect(() => verified(document, rootOf(sigstore))).toThrow(
    "a signature is not by the publisher that the index names",
  );
});

test("a signature by a publisher of a kind that is not known is not called verified", async () => {
  const document = await sigstore.attest(file, { ...github, kind: "Forge" }, { signer: github });

  expect(verified(document, rootOf(sigstore))).toEqual([false]);
});

test.each(["statement", "signature"])("a changed %s does not hold", async (part) => {
  const text = JSON.stringify(await sigstore.attest(file, github));
  const changed = text.replace(new RegExp(`"${part}":"([^"]+)"`), (_all, value: string) => {
    const bytes = Buffer.from(value, "base64");
    const at = part === "statement" ? bytes.length - 1 : 20;
    // A blank after the JSON, or another number
    const other =
      part === "statement"
        ? Buffer.concat([bytes, Buffer.from(" ")])
        : Buffer.from(bytes.map((byte, place) => (place === at ? byte ^ 1 : byte)));
    return `"${part}":"${other.toString("base64")}"`;
  });

  expect(() => verified(JSON.parse(changed), rootOf(sigstore))).toThrow(
    /^a signature does not hold: /,
  );
});

test("an attestation without an entry in a log does not hold", async () => {
  const text = JSON.stringify(await sigstore.attest(file, github));
  const bare = text.replace(/"transparency_entries":\[.*?\}\]/, '"transparency_entries":[{}]');

  expect(() => verified(JSON.parse(bare), rootOf(sigstore))).toThrow(/does not hold/);
});

test.each(["{}", "[", '{"mediaType":"application/json"}'])("%j is no trusted root", (text) => {
  expect(readTrustRoot(text)).toBeUndefined();
});
