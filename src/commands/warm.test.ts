import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, startThoth, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

const stack = [
  wheel({ name: "web", version: "3.0", requires: ["core>=2"] }),
  wheel({ name: "web", version: "2.0", requires: ["core<2", "late"] }),
  wheel({ name: "web", version: "1.0" }),
  wheel({ name: "core", version: "2.0" }),
  wheel({ name: "core", version: "1.1" }),
  wheel({ name: "core", version: "1.0" }),
  sdist({ name: "late", version: "1.0", dynamic: ["Requires-Dist"], requires: ["base"] }),
  wheel({ name: "base", version: "1.0" }),
];

/** How many bytes an answer has depends on the port of the index. */
function sized(output: string): string {
  return told(output).replaceAll(/\d+(?:\.\d+)? k?B, TIME/g, "SIZE, TIME");
}

const pipfile = '[packages]\nweb = "*"\n';

test("after warming, changes of the Pipfile within its ranges are resolved without network", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });

  const warm = await thoth(project, ["warm"], { index: index.url });

  expect({ ...warm, stdout: sized(warm.stdout) }).toMatchObject({
    exitCode: 0,
    stdout: `Pipfile on RUNTIME
  all 8 releases of 4 packages known
Warmed with ${index.requests().length} requests, SIZE, TIME: \`thoth advise --offline\` can resolve the Pipfile and its changes within its ranges
`,
  });
  await index.close();
  for (const [line, pins] of [
    ['web = "*"', ["core==2.0", "web==3.0"]],
    ['web = "<3"', ["base==1.0", "core==1.1", "late==1.0", "web==2.0"]],
    ['web = "==1.0"', ["web==1.0"]],
    ['web = "<3"\ncore = "<1.1"', ["base==1.0", "core==1.0", "late==1.0", "web==2.0"]],
  ] as const) {
    project.write({ Pipfile: `[packages]\n${line}\n` });
    const offline = ["advise", "--offline", "--verify", "none", "--upgrade"];
    const run = await thoth(project, offline, { index: index.url });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(pins);
  }
});

test("what is known is not asked for again, and a check asks nobody", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });

  const before = await thoth(project, ["warm", "--check"], { index: index.url });
  expect({ ...before, stdout: told(before.stdout) }).toMatchObject({
    exitCode: 3,
    stdout: `Pipfile on RUNTIME
  0 of 1 releases known; 1 missing: releases of web
Not complete; knowledge: revision R
`,
  });
  expect(index.requests()).toEqual([]);
  await thoth(project, ["warm"], { index: index.url });
  index.forgetRequests();

  const again = await thoth(project, ["warm", "--json"], { index: index.url });
  const check = await thoth(project, ["warm", "--check", "--json"], { index: index.url });

  expect(index.requests()).toEqual([]);
  expect([again.exitCode, check.exitCode]).toEqual([0, 0]);
  const { meta: _, mode: __, ...rest } = JSON.parse(again.stdout);
  expect(JSON.parse(check.stdout)).toMatchObject({ ...rest, mode: "check", outcome: "complete" });
});

test("a plan looks at lists of releases alone and says that more will follow", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });

  const plan = await thoth(project, ["warm", "--plan"], { index: index.url });

  expect({ ...plan, stdout: sized(plan.stdout) }).toMatchObject({
    exitCode: 0,
    stdout: `Pipfile on RUNTIME
  0 of 3 releases known; 3 missing: web==3.0, web==2.0 and web==1.0
  to learn: 3 facts; about 90.0 kB
  what these need is not known yet: more will follow
Planned with 1 request, SIZE, TIME; nothing was learnt but lists of releases
`,
  });
  expect(index.requests().map(({ path }) => path)).toEqual(["/simple/web/"]);
});

test("warming stops before it fetches more than --limit-bytes, says what is missing, and goes on later", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });

  const short = await thoth(project, ["warm", "--limit-bytes", "1kB"], { index: index.url });

  expect(short.exitCode).toBe(3);
  expect(short.stdout).toContain("Stopped by --limit-bytes");
  expect(await thoth(project, ["warm"], { index: index.url })).toMatchObject({ exitCode: 0 });
});

test("stopped by a signal, warming keeps what it learnt and does not ask for that again", async () => {
  const index = await servedIndex(stack);
  index.fail("/simple/core/", { kind: "stall" });
  const project = makeProject({ pipfile });
  const started = startThoth(project, ["warm"], { index: index.url });
  const asked = () => index.requests().map(({ path }) => path);
  await expect.poll(asked, { timeout: 60_000 }).toContain("/simple/core/");
  started.kill("SIGINT");
  expect(await started.finished).toMatchObject({ signal: "SIGINT" });
  index.mend("/simple/core/");
  index.forgetRequests();

  expect(await thoth(project, ["warm"], { index: index.url })).toMatchObject({ exitCode: 0 });
  expect(index.requests().map(({ path }) => path)).not.toContain("/simple/web/");
});

test("several runtimes share lists and files; each has a line of its own", async () => {
  const index = await servedIndex(stack);
  const environments = ["a", "b"]
    .map((name, at) => `- name: ${name}\n  python_version: "3.${at + 10}"\n`)
    .join("");
  const files = { ".thoth.yaml": `runtime_environments:\n${environments}` };
  const project = makeProject({ pipfile: '[packages]\nweb = "!=2.0"\n', files });

  const warm = await thoth(project, ["warm", "--runtime", "a,b"], { index: index.url });

  expect(warm.exitCode).toBe(0);
  expect(warm.stdout).toMatch(/^Pipfile on a\n.*\nPipfile on b\n/);
  const paths = index.requests().map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

test("what warming says of several runtimes holds at its end: a check says the same", async () => {
  const index = await servedIndex(stack);
  const environments = ["a", "b"]
    .map((name, at) => `- name: ${name}\n  python_version: "3.${at + 10}"\n`)
    .join("");
  const files = { ".thoth.yaml": `runtime_environments:\n${environments}` };
  const project = makeProject({ pipfile, files });
  const both = ["--runtime", "a,b", "--json"];

  const warm = await thoth(project, ["warm", ...both], { index: index.url });
  const check = await thoth(project, ["warm", "--check", ...both], { index: index.url });

  expect(check.exitCode).toBe(warm.exitCode);
  expect(JSON.parse(check.stdout).coverage).toEqual(JSON.parse(warm.stdout).coverage);
});

test("a lock's depth takes only what the lock pins", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  const missing = await thoth(project, ["warm", "--depth", "lock"], { index: index.url });
  expect(missing).toMatchObject({ exitCode: 2, stdout: "" });
  expect(missing.stderr).toContain("make one first: `thoth advise`");
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  const other = makeProject({ pipfile, lock: project.files()["Pipfile.lock"] ?? "" });

  const warm = await thoth(other, ["warm", "--depth", "lock"], { index: index.url });

  expect(warm).toMatchObject({ exitCode: 0 });
  expect(warm.stdout).toContain("all 2 releases of 2 packages known");
  const offline = ["advise", "--offline", "--verify", "none", "--check"];
  expect(await thoth(other, offline, { index: index.url })).toMatchObject({ exitCode: 0 });
});

test("a wheelhouse installs the lock without any index, and advice without network finds it verified", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile: '[packages]\nweb = "<3"\n' });
  await thoth(project, ["advise"], { index: index.url });

  const warm = await thoth(project, ["warm", "--wheelhouse", "../house"], { index: index.url });

  expect(warm.exitCode).toBe(0);
  expect(warm.stdout).toContain("4 files in `../house`");
  await index.close();
  const offline = await thoth(project, ["advise", "--offline", "--check"], { index: index.url });
  expect(offline).toMatchObject({ exitCode: 0 });
  expect(offline.stdout).toContain("installed and imported: 4 of 4");
  const lock = JSON.parse(project.files()["Pipfile.lock"] ?? "");
  const lines = Object.entries<{ version: string; hashes: string[] }>(lock.default).map(
    ([name, { version, hashes }]) =>
      `${name}${version} ${hashes.map((hash) => `--hash=${hash}`).join(" ")}\n`,
  );
  project.write({ "requirements.txt": lines.join("") });
  const house = `file://${join(project.directory, "..", "house", "simple")}/`;
  const pip = ["-m", "pip", "install", "--require-hashes", "-r", "requirements.txt", "-i", house];
  const { stdout } = await promisify(execFile)(
    "python3",
    [...pip, "--target", "installed", "--no-cache-dir", "--disable-pip-version-check"],
    { cwd: project.directory, env: { PATH: process.env["PATH"], HOME: project.home } },
  );
  expect(stdout).toContain("Successfully installed base-1.0 core-1.1 late-1.0 web-2.0");
});

test("no wheelhouse is written where files of the stack are missing", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  index.fail("/files/core-2.0-py3-none-any.whl", { kind: "status", status: 404 });

  const warm = await thoth(project, ["warm", "--wheelhouse", "house"], { index: index.url });

  expect(warm).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("No wheelhouse was written: files of a stack are missing\n"),
  });
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test.each([
  [["--latest", "0"], "it takes a number, or `all`"],
  [["--with", "wheels"], "it takes `metadata`, `artifacts`, or both with a comma"],
  [["--limit-bytes", "lots"], "it takes a size such as 500MB or 2GiB"],
  [["--plan", "--check"], "cannot be used with"],
])("a mistaken option is refused: %j", async (flags, told) => {
  const run = await thoth(makeProject({ pipfile }), ["warm", ...flags]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(told);
});
