import { expect, test } from "vitest";
import { testSigstore, unsignedProvenance } from "../../fixtures/attestations.ts";
import type { Fault } from "../../fixtures/index-faults.ts";
import { core, lockedTo } from "../../fixtures/locked-project.ts";
import { wheel } from "../../fixtures/packages.ts";
import { thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const github = { kind: "GitHub", repository: "owner/core", workflow: "release.yml" };
const newer = wheel({ name: "core", version: "1.1" });

test("who published a file is what the index claims, until its signature is verified", async () => {
  const sigstore = await testSigstore();
  const provenance = await sigstore.attest(core, github);
  const index = await servedIndex([{ distribution: core, provenance }]);
  const project = await lockedTo(index);
  project.write({ "root.json": sigstore.trustRoot, "empty.json": "{}" });
  const check = (...options: string[]) =>
    thoth(project, ["provenance-check", ...options], { index: index.url });

  const offline = await check();
  const online = await check("--online", "--json");
  const claimed = await check();
  const verified = await check("--online", "--trust-root", "root.json");
  const later = await check("--trust-root", "root.json");
  const none = await check("--trust-root", "empty.json");

  const fine = "1 release: every file is where the lock says\n";
  expect(offline.stdout).toBe(
    `publishers of 1 file: 1 not read (\`--online\` reads what is attested)\n${fine}`,
  );
  expect(JSON.parse(online.stdout)).toMatchObject({
    version: "1.1",
    findings: [],
    attestations: [
      {
        package_name: "core",
        package_version: "1.0",
        filename: core.filename,
        digest: core.sha256,
        state: "claimed",
        publishers: [github],
        predicates: ["https://slsa.dev/provenance/v1"],
      },
    ],
  });
  expect(claimed.stdout).toBe(
    `publishers of 1 file: 1 claimed by the index (signatures not verified; \`--online --trust-root FILE\` verifies them)\n${fine}`,
  );
  expect(verified.stdout).toBe(`publishers of 1 file: 1 verified\n${fine}`);
  expect(later.stdout).toBe(verified.stdout);
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain("`empty.json` holds no trusted root");
  const left = await check("--no-wait", "--trust-root", "root.json");
  expect(left.exitCode).toBe(2);
  expect(left.stderr).toContain("--trust-root does not go with --no-wait");
});

test("attestations of another file, or signed by somebody else, are errors", async () => {
  const sigstore = await testSigstore();
  const mallory = { ...github, repository: "mallory/core" };
  const index = await servedIndex([
    { distribution: core, provenance: unsignedProvenance(newer, github) },
  ]);
  const project = await lockedTo(index);
  project.write({ "root.json": sigstore.trustRoot });

  const other = await thoth(project, ["provenance-check", "--online"], { index: index.url });
  const known = await thoth(project, ["provenance-check"], { index: index.url });
  const provenance = await sigstore.attest(core, github, { signer: mallory });
  index.add({ distribution: core, provenance });
  const root = ["--trust-root", "root.json"];
  const signed = await thoth(project, ["provenance-check", "--online", ...root], {
    index: index.url,
  });

  expect(other.exitCode).toBe(1);
  expect(other.stdout).toContain(
    `error INVALID-ATTESTATION core 1.0: the attestations of ${core.filename} do not hold: a statement speaks of another file: ${newer.filename}`,
  );
  expect(known).toMatchObject({ exitCode: 1, stdout: other.stdout });
  expect(signed.stdout).toContain("a signature is not by the publisher that the index names");
});

test.each<[string, string, Fault]>([
  [
    "a document of another type",
    "content of type text/html",
    { kind: "garbage", contentType: "text/html" },
  ],
  [
    "none where the page names one",
    "names a provenance and answers 404",
    { kind: "status", status: 404 },
  ],
])("%s is no attestation", async (_rule, problem, fault) => {
  const index = await servedIndex([
    { distribution: core, provenance: unsignedProvenance(core, github) },
  ]);
  const project = await lockedTo(index);
  index.fail(`/integrity/${core.filename}/provenance`, fault);

  const run = await thoth(project, ["provenance-check", "--online"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("error INVALID-ATTESTATION core 1.0: ");
  expect(run.stdout).toContain(problem);
});

test("trust that goes down is told with who was trusted before", async () => {
  const index = await servedIndex([
    { distribution: core, provenance: unsignedProvenance(core, github) },
    newer,
  ]);
  const project = await lockedTo(index);
  const missing = await thoth(project, ["provenance-check", "--online"], { index: index.url });
  const mallory = { ...github, repository: "mallory/core" };
  index.add({ distribution: newer, provenance: unsignedProvenance(newer, mallory) });
  const changed = await thoth(project, ["provenance-check", "--online"], { index: index.url });

  expect(missing.exitCode).toBe(0);
  expect(missing.stdout).toContain(
    "warning MISSING-ATTESTATION core 1.1: 1.0 was attested (GitHub owner/core, release.yml), and this release is not",
  );
  expect(changed.stdout).toContain(
    "warning PUBLISHER-CHANGED core 1.1: 1.0 was published by GitHub owner/core, release.yml, and this release by GitHub mallory/core, release.yml",
  );
});

test("text of a publisher can't reach the terminal as more than text", async () => {
  const forged = { kind: "Git\u001b[2JHub", repository: "o/\u202er", workflow: "a\n::error::b" };
  const index = await servedIndex([
    { distribution: core, provenance: unsignedProvenance(core, github) },
    { distribution: newer, provenance: unsignedProvenance(newer, forged) },
  ]);
  const project = await lockedTo(index);

  const run = await thoth(project, ["provenance-check", "--online"], { index: index.url });

  expect(run.stdout).toContain("and this release by GitHub o/r, a ::error::b (index ");
  expect(run.stdout).not.toMatch(/\p{Cf}|^::error/mu);
  expect(run.stdout).not.toContain("\u001b");
});
