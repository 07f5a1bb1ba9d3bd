import { join } from "node:path";
import { expect, test } from "vitest";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";

const web = wheel({ name: "web", version: "2.0", requires: ["core"] });
const core = wheel({ name: "core", version: "1.0" });
const newCore = wheel({ name: "core", version: "1.1" });
const tool = wheel({ name: "tool", version: "1.0" });
const toolSource = sdist({ name: "tool", version: "1.0" });
const stack = [web, core, newCore, tool, toolSource];

const pyproject = `[project]
name = "app"
version = "1"
requires-python = ">=3.6"
dependencies = ["web>=1"]

[project.optional-dependencies]
fast = ["core<1.1"]

[dependency-groups]
test = ["tool"]
dev = [{include-group = "test"}]
`;

/** A lock's text with what differs from machine to machine left out. */
function lockTold(project: TestProject, name: string): string {
  return (project.files()[name] ?? "")
    .replaceAll(/Python \d+\.\d+ on \w+/g, "RUNTIME")
    .replaceAll(/^environments = .*$/gm, "environments = ENVIRONMENTS")
    .replaceAll(/127\.0\.0\.1:\d+/g, "INDEX")
    .replaceAll(/, size = \d+/g, "");
}

test("requirements.in with -r, -c and comments becomes requirements.txt with hashes, and stays as it is", async () => {
  const index = await servedIndex(stack);
  const files = {
    "requirements.in":
      "# what we need\n-c limits.txt\n-r base.in\ntool >= 1 \\\n  , < 2  # later\n",
    "base.in": "web\n",
    "limits.txt": "core<1.1\n",
  };
  const project = makeProject({ files });

  const cold = await thoth(project, ["advise"], { index: index.url });

  expect(cold).toMatchObject({ exitCode: 0 });
  expect(told(cold.stdout)).toContain(
    "core 1.0, not 1.1: 1.1 is left out by limits.txt:1 (core <1.1)",
  );
  const hashes = [tool.sha256, toolSource.sha256].sort();
  expect(lockTold(project, "requirements.txt")).toBe(`# Locked by thoth for RUNTIME; to lock again:
#
#    thoth advise
#
core==1.0 \\
    --hash=sha256:${core.sha256}
    # via web
tool==1.0 \\
    --hash=sha256:${hashes[0]} \\
    --hash=sha256:${hashes[1]}
    # via -r requirements.in
web==2.0 \\
    --hash=sha256:${web.sha256}
    # via -r base.in
`);

  const text = project.files()["requirements.txt"];
  const again = await thoth(project, ["advise"], { index: index.url });
  const checked = await thoth(project, ["advise", "--check"], { index: index.url });
  expect([again.exitCode, checked.exitCode]).toEqual([0, 0]);
  expect(checked.stdout).toContain("requirements.txt is up to date");
  expect(project.files()["requirements.txt"]).toBe(text);

  project.write({ "limits.txt": "core>1\n" });
  const changed = await thoth(project, ["advise", "--check"], { index: index.url });
  expect(changed).toMatchObject({ exitCode: 1 });
  expect(changed.stdout).toContain("requirements.txt would change");
  expect(project.files()["requirements.txt"]).toBe(text);
});

test("a newer release does not move a pin of requirements.txt or pylock.toml until it is given up", async () => {
  const old = await servedIndex([core]);
  const both = await servedIndex([core, newCore]);
  for (const [input, lock] of [
    ["requirements.in", "requirements.txt"],
    ["pyproject.toml", "pylock.toml"],
  ] as const) {
    const text = input === "requirements.in" ? "core\n" : '[project]\ndependencies = ["core"]\n';
    const project = makeProject({ files: { [input]: text } });
    await thoth(project, ["advise"], { index: old.url });
    expect(project.files()[lock]).toMatch(/core(?:==|"\nversion = ")1\.0/);

    const kept = await thoth(project, ["advise"], { index: both.url });
    expect(kept).toMatchObject({ exitCode: 0 });
    expect(project.files()[lock]).toMatch(/core(?:==|"\nversion = ")1\.0/);

    const upgraded = await thoth(project, ["advise", "--upgrade"], { index: both.url });
    expect(upgraded).toMatchObject({ exitCode: 0 });
    expect(project.files()[lock]).toMatch(/core(?:==|"\nversion = ")1\.1/);
  }
});

test("pyproject.toml becomes pylock.toml: extras and groups are asked for by markers", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ files: { "pyproject.toml": pyproject } });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 0 });
  const file = ({ filename, sha256 }: typeof web) =>
    `{name = "${filename}", url = "http://INDEX/files/${filename}", hashes = {sha256 = "${sha256}"}}`;
  expect(lockTold(project, "pylock.toml")).toBe(`lock-version = "1.0"
environments = ENVIRONMENTS
requires-python = ">=3.6"
extras = ["fast"]
dependency-groups = ["dev", "test"]
default-groups = []
created-by = "thoth"

[[packages]]
name = "core"
version = "1.0"
wheels = [
    ${file(core)},
]

[[packages]]
name = "tool"
version = "1.0"
marker = "'test' in dependency_groups or 'dev' in dependency_groups"
sdist = ${file(toolSource)}
wheels = [
    ${file(tool)},
]

[[packages]]
name = "web"
version = "2.0"
wheels = [
    ${file(web)},
]
`);

  const text = project.files()["pylock.toml"];
  const again = await thoth(project, ["advise", "--check"], { index: index.url });
  expect(again).toMatchObject({ exitCode: 0 });
  expect(project.files()["pylock.toml"]).toBe(text);
});

test("export writes a Pipfile.lock in both formats, and says what it does not know", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n\n[dev-packages]\ntool = "*"\n' });
  const none = await thoth(project, ["export"], { index: index.url });
  expect(none).toMatchObject({ exitCode: 2, stdout: "" });
  expect(none.stderr).toContain("no Pipfile.lock");
  await thoth(project, ["advise"], { index: index.url });
  await index.close();

  const plain = await thoth(project, ["export"], { index: index.url });
  expect(plain).toMatchObject({ exitCode: 0 });
  expect(plain.stdout).toContain("core==1.1 \\\n");
  expect(plain.stdout).toContain("# via -r Pipfile");
  expect(plain.stdout).not.toContain("tool");

  const all = await thoth(project, ["export", "--dev", "-o", "all.txt"], { index: index.url });
  expect(all).toMatchObject({ exitCode: 0, stdout: "all.txt is written\n" });
  expect(project.files()["all.txt"]).toContain("tool==1.0 \\\n");

  const wheels = ["export", "--format", "pylock", "--wheelhouse", "wheels"];
  const pylock = await thoth(project, wheels, { index: index.url });
  expect(pylock).toMatchObject({ exitCode: 0 });
  expect(pylock.stdout).toContain(`path = "wheels/${web.filename}"`);
  expect(pylock.stdout).toContain(`marker = "'dev' in dependency_groups"`);
  expect(pylock.stdout).not.toContain("127.0.0.1");

  const lock = project.files()["Pipfile.lock"] ?? "";
  const elsewhere = makeProject({ pipfile: '[packages]\nweb = "*"\n', lock });
  const unknown = await thoth(elsewhere, ["export", "--format", "pylock"], { index: index.url });
  expect(unknown).toMatchObject({ exitCode: 3, stdout: "" });
  expect(unknown.stderr).toContain("the files of core==1.1 are not known here");
});

test("of several files one is taken, which is said; --input and --requirements-format take another", async () => {
  const index = await servedIndex(stack);
  const files = { "requirements.in": "core\n", "requirements.txt": "tool\n" };
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n', files });
  const dry = ["advise", "--dry-run"];

  const usual = await thoth(project, dry, { index: index.url });
  const named = await thoth(project, [...dry, "--input", "requirements.txt"], { index: index.url });
  const format = await thoth(project, [...dry, "--requirements-format", "pip-tools"], {
    index: index.url,
  });

  expect(usual.stderr).toContain("warning: Pipfile is taken, requirements.in is there, too");
  expect(usual.stdout).toContain("web");
  expect(named.stderr).not.toContain("is taken");
  expect(named.stdout).toMatch(/^\+ {2}tool {2}1\.0$/m);
  expect(format.stderr).not.toContain("is taken");
  expect(format.stdout).toMatch(/^\+ {2}core {2}1\.1$/m);
});

test("a conflict names the line of the constraints file that leaves nothing over", async () => {
  const index = await servedIndex(stack);
  const files = { "requirements.in": "core<1.1\n", "constraints.txt": "core>=1.1\n" };
  const project = makeProject({ files });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 1 });
  expect(run.stderr).toContain("left out by constraints.txt:1 (core >=1.1)");
  expect(Object.keys(project.files()).sort()).toEqual(["constraints.txt", "requirements.in"]);
});

test("a requirement's hashes admit the files that they name, and no others", async () => {
  const index = await servedIndex(stack);
  const line = (digest: string) => ({ "requirements.in": `core==1.0 --hash=sha256:${digest}\n` });
  const project = makeProject({ files: line("0".repeat(64)) });

  const refused = await thoth(project, ["advise"], { index: index.url });
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain("no file of core==1.0 has a hash that its requirement names");
  expect(refused.stderr).toContain("--> requirements.in:1:1");
  expect(Object.keys(project.files())).toEqual(["requirements.in"]);

  project.write(line(core.sha256));
  expect(await thoth(project, ["advise"], { index: index.url })).toMatchObject({ exitCode: 0 });
});

test("--no-wait with requirements.in hands over to a run that reads it again and writes its lock", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ files: { "requirements.in": "web\n" } });

  const handed = await thoth(project, ["advise", "--no-wait"], { index: index.url });
  expect(handed).toMatchObject({ exitCode: 3 });

  const worked = await thoth(project, ["investigate"], { index: index.url });
  expect(worked).toMatchObject({ exitCode: 0 });
  expect(Object.keys(project.files()).sort()).toEqual(["requirements.in", "requirements.txt"]);
});

test("a run that waits reads the file that was named, not the project's usual one", async () => {
  const index = await servedIndex(stack);
  const files = { "other.in": "tool\n", "own.txt": "tool<=1\n" };
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n', files });
  const args = ["advise", "--no-wait", "--input", "other.in", "-c", "own.txt"];
  expect(await thoth(project, args, { index: index.url })).toMatchObject({ exitCode: 3 });

  expect(await thoth(project, ["investigate"], { index: index.url })).toMatchObject({
    exitCode: 0,
  });

  expect(Object.keys(project.files()).sort()).toEqual([
    "Pipfile",
    "other.in",
    "other.txt",
    "own.txt",
  ]);
  expect(project.files()["other.txt"]).toContain("tool==1.0");
});

test("a project of requirements.in is watched and audited as one of a Pipfile is", async () => {
  const project = makeProject({
    files: {
      "requirements.in": "core\n",
      "requirements.txt": `core==1.0 --hash=sha256:${"a".repeat(64)}\n./own\n`,
      "own/pyproject.toml": '[project]\nname = "own"\n',
    },
  });

  const watched = await thoth(project, ["watch", ".", "--json"]);
  expect(watched).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(watched.stdout)).toMatchObject({
    projects: [
      {
        directory: project.directory,
        files: {
          manifest: join(project.directory, "requirements.in"),
          lock: join(project.directory, "requirements.txt"),
        },
        exists: true,
      },
    ],
  });

  const audited = await thoth(project, ["audit", "--json"]);
  expect(audited).toMatchObject({ exitCode: 3 });
  expect(JSON.parse(audited.stdout)).toMatchObject({ file: "requirements.txt", kind: "lock" });
});

const cyclic = { "requirements.in": "-r a.in\n", "a.in": "-r requirements.in\n" };
test.each([
  [cyclic, "--> a.in:1:1", "`requirements.in` includes itself"],
  [{ "requirements.in/x": "" }, "`requirements.in` can't be read", "EISDIR"],
  [
    { "pyproject.toml": '[dependency-groups]\ndev = [{include-group = "tset"}]\n' },
    "--> pyproject.toml:2:",
    "there is no group `tset`",
  ],
  [
    { "pyproject.toml": '[project]\ndynamic = ["dependencies"]\n' },
    "--> pyproject.toml:2:1",
    "`dependencies` are dynamic",
  ],
  [{ "requirements.txt": "core\n" }, "no Pipfile", "`--input requirements.txt`"],
])("input that can't be read is told with its place: %j", async (files, place, message) => {
  const run = await thoth(makeProject({ files }), ["advise"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(place);
  expect(run.stderr).toContain(message);
});

test("what has no hash is warned of, since pip refuses a file in which only some lines have one", async () => {
  const files = {
    "requirements.in": "./here\n",
    "here/pyproject.toml": '[project]\nname = "here"\nversion = "1"\n',
  };

  const run = await thoth(makeProject({ files }), ["advise", "--offline"]);

  expect(run.stderr).toContain(
    "requirements.in:1: here comes from a path and has no hash, so pip refuses the locked file",
  );
});
