import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testSigstore, unsignedProvenance } from "../../fixtures/attestations.ts";
import type { Fault } from "../../fixtures/index-faults.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const core = wheel({ name: "core", version: "1.0" });
const pipfile = `
[[source]]
name = "own"
url = "\${INDEX_URL}"
verify_ssl = true

[packages]
core = "*"
`;

test("a lock is checked on what is known, and what is not known is not fine", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const known = await thoth(project, ["provenance-check"], { index: index.url });
  const unknown = await thoth(project, ["provenance-check", "--store", "empty"], {
    index: index.url,
  });

  expect(known).toMatchObject({
    exitCode: 0,
    stdout:
      "publishers of 1 file: 1 unknown (the index tells of no attestations)\n" +
      "1 release: every file is where the lock says\n",
  });
  expect(unknown.exitCode).toBe(3);
  expect(unknown.stdout).toBe(
    "unknown: core: the store has no list of all indexes; `--online` asks them\n" +
      "No error found, but 1 of 1 releases are unknown\n",
  );
});

test("a file that the index does not list is an error, found by asking the index", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  const lock = project.files()["Pipfile.lock"] ?? "";
  project.write({
    "Pipfile.lock": lock.replace(/sha256:[0-9a-f]{64}/, `sha256:${"0".repeat(64)}`),
  });

  const run = await thoth(project, ["provenance-check", "--online", "--json"], {
    index: index.url,
  });

  expect(run.exitCode).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject({
    schema: "thoth.provenance",
    checked: 1,
    findings: [{ type: "ERROR", id: "INVALID-ARTIFACT-HASH", digest: "0".repeat(64) }],
    unknown: [],
  });
});

test("a lock of an older Pipfile is an error, and one that is not there cannot be checked", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  const none = await thoth(project, ["provenance-check"], { index: index.url });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  project.write({ Pipfile: pipfile.replace('core = "*"', 'core = ">=1"') });

  const old = await thoth(project, ["provenance-check"], { index: index.url });

  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain("no Pipfile.lock in");
  expect(old.exitCode).toBe(1);
  expect(old.stdout).toContain("error INVALID-LOCK-HASH the lock was made of another Pipfile");
});

test("an index that is not allowed is an error, whatever it lists", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const allow = ["--allow", "https://own.example/simple"];
  const run = await thoth(project, ["provenance-check", ...allow], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("error SOURCE-NOT-WHITELISTED ");
});

test("a check that was left to the investigator leaves its result in the store", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const handed = await thoth(project, ["provenance-check", "--no-wait"], { index: index.url });
  const investigated = await thoth(project, ["investigate"], { index: index.url });

  expect(handed.exitCode).toBe(3);
  expect(investigated.exitCode).toBe(0);
  const path = /will be in (.*)\n/.exec(handed.stderr)?.[1] ?? "";
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    schema: "thoth.provenance",
    checked: 1,
    findings: [],
  });
});

const github = { kind: "GitHub", repository: "owner/core", workflow: "release.yml" };
const newer = wheel({ name: "core", version: "1.1" });

/** A project that is locked to what the index has. */
async function lockedTo(index: { readonly url: string }): Promise<ReturnType<typeof makeProject>> {
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  return project;
}

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

test("another index for a known name is told until the user allows it, and so are other files", async () => {
  const first = await servedIndex([core]);
  const second = await servedIndex([core]);
  const project = await lockedTo(first);
  const check = (index: { readonly url: string }, ...options: string[]) =>
    thoth(project, ["provenance-check", "--online", ...options], { index: index.url });

  const before = await check(first);
  const moved = await check(second);
  const again = await check(second);
  const allowed = await check(second, "--allow", second.url);
  const accepted = await check(second);
  const late = wheel({ name: "core", version: "1.0", tag: "py2-none-any" });
  second.add(late);
  const grown = await check(second);
  second.remove(core.filename);
  const replaced = await check(second);

  expect(before.stdout).not.toContain("NEW-INDEX");
  expect(moved.stdout).toContain(
    `warning NEW-INDEX core 1.0: the package came from another index at an earlier check; allow it with \`--allow\` if that is meant (index ${second.url}, known from ${first.url})`,
  );
  expect(again.stdout).toBe(moved.stdout);
  expect(allowed.stdout).not.toContain("NEW-INDEX");
  expect(accepted.stdout).not.toContain("NEW-INDEX");
  expect(grown.stdout).toContain(
    `info FILES-CHANGED core 1.0: the index lists files of the release that it did not list at an earlier check (index ${second.url}, come ${late.sha256.slice(0, 12)}…)`,
  );
  expect(replaced.exitCode).toBe(1);
  expect(replaced.stdout).toContain("error INVALID-ARTIFACT-HASH core 1.0");
  expect(replaced.stdout).toContain(
    `warning FILES-CHANGED core 1.0: the index lists other files of the release than it did (index ${second.url}, gone ${core.sha256.slice(0, 12)}…, come ${late.sha256.slice(0, 12)}…)`,
  );
});

const namesake = wheel({ name: "core", version: "1.0", files: { "core.py": "import os" } });

test.each([
  ["told where the files are others", namesake, true],
  ["no news where it is a mirror", core, false],
])("a name that is known from another project's index is %s", async (_rule, file, told) => {
  const first = await servedIndex([core]);
  const second = await servedIndex([file]);
  const other = await lockedTo(first);
  const project = makeProject({ pipfile });
  const store = ["--store", other.store];
  await thoth(project, ["advise", "--verify", "none", ...store], { index: second.url });

  const run = await thoth(project, ["provenance-check", ...store], { index: second.url });

  const finding = `warning NEW-INDEX core 1.0: the name is known from another index, with other files; allow it with \`--allow\` if that is meant (index ${second.url}, known from ${first.url})`;
  expect(run.exitCode).toBe(0);
  expect(run.stdout.includes(finding)).toBe(told);
  expect(run.stdout.includes("NEW-INDEX")).toBe(told);
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
