import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { core, webStack } from "../../fixtures/web-stack.ts";

test("of several files one is taken, which is said; --input and --requirements-format take another", async () => {
  const index = await servedIndex(webStack);
  const files = { "requirements.in": "core\n", "requirements.txt": "tool\n" };
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n', files });
  const dry = ["advise", "--dry-run", "--verify", "none"];

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
  const index = await servedIndex(webStack);
  const files = { "requirements.in": "core<1.1\n", "constraints.txt": "core>=1.1\n" };
  const project = makeProject({ files });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 1 });
  expect(run.stderr).toContain("left out by constraints.txt:1 (core >=1.1)");
  expect(Object.keys(project.files()).sort()).toEqual(["constraints.txt", "requirements.in"]);
});

test("a requirement's hashes admit the files that they name, and no others", async () => {
  const index = await servedIndex(webStack);
  const line = (digest: string) => ({ "requirements.in": `core==1.0 --hash=sha256:${digest}\n` });
  const project = makeProject({ files: line("0".repeat(64)) });

  const refused = await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain("no file of core==1.0 has a hash that its requirement names");
  expect(refused.stderr).toContain("--> requirements.in:1:1");
  expect(Object.keys(project.files())).toEqual(["requirements.in"]);

  project.write(line(core.sha256));
  expect(await thoth(project, ["advise", "--verify", "none"], { index: index.url })).toMatchObject({
    exitCode: 0,
  });
});

test("--no-wait with requirements.in hands over to a run that reads it again and writes its lock", async () => {
  const index = await servedIndex(webStack);
  const project = makeProject({ files: { "requirements.in": "web\n" } });

  const handed = await thoth(project, ["advise", "--no-wait"], { index: index.url });
  expect(handed).toMatchObject({ exitCode: 3 });

  const worked = await thoth(project, ["investigate"], { index: index.url });
  expect(worked).toMatchObject({ exitCode: 0 });
  expect(Object.keys(project.files()).sort()).toEqual(["requirements.in", "requirements.txt"]);
});

test("a run that waits reads the file that was named, not the project's usual one", async () => {
  const index = await servedIndex(webStack);
  const files = { "other.in": "tool\n", "own.txt": "tool<=1\n" };
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n', files });
  const args = ["advise", "--no-wait", "--verify", "none", "--input", "other.in", "-c", "own.txt"];
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
