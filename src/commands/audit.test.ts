import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedLately } from "../../fixtures/advisories.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const pipfile = `
[[source]]
name = "own"
url = "\${INDEX_URL}"
verify_ssl = true

[packages]
web = "*"
page = "==2.0"
`;
const files = [
  wheel({ name: "web", version: "1.0", requires: ["page", "net<2"] }),
  wheel({ name: "web", version: "1.1", requires: ["page", "net"] }),
  wheel({ name: "page", version: "2.0" }),
  wheel({ name: "page", version: "2.1" }),
  wheel({ name: "net", version: "1.0" }),
  wheel({ name: "net", version: "2.0" }),
];

/** A record as OSV has it: everything below `fixed`. */
function record(id: string, name: string, fixed: string, told: object = {}): string {
  return JSON.stringify({
    id,
    modified: publishedLately,
    published: publishedLately,
    summary: `${name} lets everybody in`,
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
    affected: [
      {
        package: { ecosystem: "PyPI", name },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
    ...told,
  });
}

const page = record("PYSEC-2026-1", "page", "2.1", { aliases: ["CVE-2026-1"] });
const net = record("PYSEC-2026-2", "net", "2.0", { severity: [] });

test("what is known against a lock is told with its way in, its fix and what forbids that", async () => {
  const { project, index } = await lockedProject({ "1.json": page, "2.json": net });

  const run = await thoth(project, ["audit"], { index });

  expect(run).toMatchObject({ exitCode: 1, stderr: "" });
  expect(run.stdout).toBe(
    `high 7.5 page 2.0
  high 7.5 PYSEC-2026-1 (CVE-2026-1): fixed in 2.1: page lets everybody in
  from Pipfile:9 page
  fixed by: 2.1, held back:
    as Pipfile:9 says page ==2.0: write \`==2.1\`

unrated net 1.0
  unrated PYSEC-2026-2: fixed in 2.0: net lets everybody in
  from Pipfile:8 web -> net
  fixed by: 2.0, held back:
    as web==1.0 needs net <2

note: the lock was made of another Pipfile than this one
held against 2 advisories up to ${publishedLately.slice(0, 10)}, from ${project.directory}/osv
\`thoth advise\` moves what is affected as far as the Pipfile allows
2 of 3 releases are affected (1 high, 1 unrated)
`,
  );
});

test("what the report says to do leaves nothing known", async () => {
  const { project, index } = await lockedProject({ "1.json": page, "2.json": net });
  project.write({ Pipfile: pipfile.replace("==2.0", "==2.1") });

  const advised = await thoth(project, ["advise", "--verify", "none"], { index });
  const run = await thoth(project, ["audit", "--quiet"], { index });

  expect(advised.exitCode).toBe(0);
  expect(run.stdout).toBe("Nothing known against 3 of 3 releases\n");
  expect(run.exitCode).toBe(0);
});

test("--fail-on names the severity; one that is not rated counts as any", async () => {
  const { project, index } = await lockedProject({ "1.json": page, "2.json": net });
  const codes: (number | null)[] = [];

  for (const threshold of ["critical", "high", "none"]) {
    const run = await thoth(project, ["audit", "-q", "--fail-on", threshold], { index });
    codes.push(run.exitCode);
  }

  expect(codes).toEqual([1, 1, 0]);
});

test("a high one is no critical one, and malware fails whatever is asked for", async () => {
  const high = await lockedProject({ "1.json": page });
  const malware = await lockedProject({ "1.json": record("MAL-2026-1", "page", "9") });

  const mild = await thoth(high.project, ["audit", "-q", "--fail-on", "critical"], high);
  const grave = await thoth(malware.project, ["audit", "-q", "--fail-on", "none"], malware);

  expect(mild.exitCode).toBe(0);
  expect(grave.exitCode).toBe(1);
  expect(grave.stdout).toBe("1 of 3 releases is affected (1 malware)\n");
});

test("without advisories everything is unknown, and the exit code says so", async () => {
  const { project, index } = await lockedProject(undefined);

  const run = await thoth(project, ["audit"], { index });

  expect(run).toEqual({
    exitCode: 3,
    signal: null,
    stdout:
      "note: the lock was made of another Pipfile than this one\n" +
      "unknown: 3 of 3 releases; the store holds no advisories\n",
    stderr:
      "help: bring the store a database of advisories: `thoth advisories update --from FILE`\n",
  });
});

test("a known file is malware by its hash, and a database that is old or damaged is warned of", async () => {
  const sha256 = "f".repeat(64);
  const lock = JSON.stringify({
    default: { other: { version: "==1.0", hashes: [`sha256:${sha256}`] } },
  });
  const malware = record("MAL-2026-1", "evil", "9", {
    database_specific: { iocs: { sha256: [sha256] } },
  });
  const project = makeProject({ lock, files: { "osv/1.json": malware, "osv/2.json": "{" } });
  await thoth(project, ["advisories", "update", "--from", "osv"]);
  const path = join(project.store, "advisories", "database.json");
  const old = readFileSync(path, "utf8").replace(
    /("importedAt": ")[^"]+/,
    "$12026-01-02T00:00:00Z",
  );
  writeFileSync(path, old);

  const run = await thoth(project, ["audit", "--fail-on", "none"]);

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain(
    "malware other 1.0\n  malware MAL-2026-1, the file sha256:ffffffffffff",
  );
  expect(run.stderr).toMatch(
    /^warning: the advisories are old \(imported \d+ days ago.*\nwarning: 1 record could not be read.*\n$/,
  );
});

test("a git entry is told as unknown; it fails with --strict, and where there is nothing else", async () => {
  const tool = { git: "https://a:b@git.example/tool.git" };
  const beside = { default: { other: { version: "==1.0" }, tool } };
  const project = makeProject({ lock: JSON.stringify(beside), files: { "osv/1.json": page } });
  const alone = makeProject({ lock: JSON.stringify({ default: { tool } }) });
  await thoth(project, ["advisories", "update", "--from", "osv"]);

  const mild = await thoth(project, ["audit"]);
  const strict = await thoth(project, ["audit", "--strict"]);

  expect([mild.exitCode, strict.exitCode]).toEqual([0, 3]);
  expect(mild.stdout).toContain("unknown: tool: it comes from git; no database speaks of that\n");
  expect(mild.stdout).toMatch(/Nothing known against 1 of 2 releases, unknown: 1 of 2\n$/);
  const audit = ["audit", "--store", project.store, "--lock", "Pipfile.lock"];
  expect((await thoth(alone, audit)).exitCode).toBe(3);
});

test("a lock that says nothing is none", async () => {
  const project = makeProject({ lock: "{}" });

  const run = await thoth(project, ["audit"]);

  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("is no lock");
});

test("without a lock the pins of the Pipfile are audited, and the rest is unknown", async () => {
  const project = makeProject({ pipfile, files: { "osv/1.json": page } });
  await thoth(project, ["advisories", "update", "--from", "osv"]);

  const run = await thoth(project, ["audit", "--fail-on", "none"]);

  expect(run.exitCode).toBe(3);
  expect(run.stdout).toContain("unknown: web: no version is pinned\n");
  expect(run.stdout).toContain(
    "note: there is no lock: what Pipfile does not pin by `==` is unknown\n",
  );
});

test("a report goes to a file where one is named, and the same lock gives the same bytes", async () => {
  const { project, index } = await lockedProject({ "1.json": page, "2.json": net });
  const written = async (format: string) => {
    const run = await thoth(project, ["audit", "--format", format, "-o", "report"], { index });
    expect(run.stdout).toBe("2 of 3 releases are affected (1 high, 1 unrated)\n");
    return readFileSync(join(project.directory, "report"), "utf8");
  };

  for (const format of ["json", "sarif", "cyclonedx"]) {
    const first = await written(format);
    expect(await written(format)).toBe(first);
    expect(JSON.parse(first)).toBeTypeOf("object");
  }
});

test("no network code is loaded, and nothing connects", async () => {
  const { project, index } = await lockedProject({ "1.json": page, "2.json": net });
  project.write({ "guard.cjs": guard });
  const env = { NODE_OPTIONS: `--require ${join(project.directory, "guard.cjs")}` };

  for (const format of ["text", "sarif", "cyclonedx"]) {
    const args = ["audit", "--format", format, "--python", "3.11"];
    expect(await thoth(project, args, { index, env })).toMatchObject({ exitCode: 1, stderr: "" });
  }
  const online = await thoth(project, ["advise", "--upgrade"], { index, env });
  expect(online.exitCode).toBe(9);
});

/** Ends a program that loads what could reach a network; `node:net` serves to read addresses. */
const guard = `
const Module = require("node:module");
const ended = (what) => {
  process.stderr.write(what + "\\n");
  process.exit(9);
};
require("node:net").Socket.prototype.connect = () => ended("connects");
const load = Module._load;
Module._load = function (name, ...rest) {
  if (/^(node:)?(dgram|dns|http|http2|https|tls)(\\/|$)|undici/.test(name)) ended("loads " + name);
  return load.call(this, name, ...rest);
};
`;

/** A project whose lock was made of the older releases, and a store with these advisories. */
async function lockedProject(
  records: Readonly<Record<string, string>> | undefined,
): Promise<{ readonly project: TestProject; readonly index: string }> {
  const { url } = await servedIndex(files);
  const old = pipfile.replace('web = "*"', 'web = "==1.0"');
  const project = makeProject({ pipfile: old });
  await thoth(project, ["advise", "--verify", "none"], { index: url });
  project.write({ Pipfile: pipfile });
  if (records !== undefined) {
    const named = Object.entries(records).map(([name, text]) => [`osv/${name}`, text] as const);
    project.write(Object.fromEntries(named));
    await thoth(project, ["advisories", "update", "--from", "osv"]);
  }
  return { project, index: url };
}
