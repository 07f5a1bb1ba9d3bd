import { expect, test } from "vitest";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";
import { core, newCore, tool, toolSource, web, webStack } from "../../fixtures/web-stack.ts";

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
  const index = await servedIndex(webStack);
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
  const quick = ["advise", "--verify", "none"];
  const old = await servedIndex([core]);
  const both = await servedIndex([core, newCore]);
  for (const [input, lock] of [
    ["requirements.in", "requirements.txt"],
    ["pyproject.toml", "pylock.toml"],
  ] as const) {
    const text = input === "requirements.in" ? "core\n" : '[project]\ndependencies = ["core"]\n';
    const project = makeProject({ files: { [input]: text } });
    await thoth(project, quick, { index: old.url });
    expect(project.files()[lock]).toMatch(/core(?:==|"\nversion = ")1\.0/);

    const kept = await thoth(project, quick, { index: both.url });
    expect(kept).toMatchObject({ exitCode: 0 });
    expect(project.files()[lock]).toMatch(/core(?:==|"\nversion = ")1\.0/);

    const upgraded = await thoth(project, [...quick, "--upgrade"], { index: both.url });
    expect(upgraded).toMatchObject({ exitCode: 0 });
    expect(project.files()[lock]).toMatch(/core(?:==|"\nversion = ")1\.1/);
  }
});

test("pyproject.toml becomes pylock.toml: extras and groups are asked for by markers", async () => {
  const index = await servedIndex(webStack);
  const project = makeProject({ files: { "pyproject.toml": pyproject } });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

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
  const again = await thoth(project, ["advise", "--check", "--verify", "none"], {
    index: index.url,
  });
  expect(again).toMatchObject({ exitCode: 0 });
  expect(project.files()["pylock.toml"]).toBe(text);
});

test("export writes a Pipfile.lock in both formats, and says what it does not know", async () => {
  const index = await servedIndex(webStack);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n\n[dev-packages]\ntool = "*"\n' });
  const none = await thoth(project, ["export"], { index: index.url });
  expect(none).toMatchObject({ exitCode: 2, stdout: "" });
  expect(none.stderr).toContain("no Pipfile.lock");
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
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
