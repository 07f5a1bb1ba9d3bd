import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles } from "../../fixtures/folder.ts";
import { makeGitRepository } from "../../fixtures/git-repository.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { entryOf, pinsOf } from "../../fixtures/told.ts";

const pyproject = (name: string, requires: string) =>
  `[project]\nname = "${name}"\nversion = "1.0"\ndependencies = ["${requires}"]\n`;

test("git and path entries are locked as pipenv does, with what they need", async () => {
  const index = await servedIndex([
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "core", version: "2.0" }),
    wheel({ name: "base", version: "1.0" }),
  ]);
  const project = makeProject({
    files: { "mine/pyproject.toml": pyproject("mine", "base"), "mine/mine.py": "" },
  });
  const repository = makeGitRepository(join(project.home, "lib"), {
    "pyproject.toml": pyproject("lib", "core<2"),
    "lib.py": "",
  });
  project.write({
    Pipfile: `[packages]
lib = {git = "${repository.url}", ref = "main"}
mine = {path = "./mine", editable = true}
`,
  });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain("installed and imported: 2 of 4; 2 unknown: lib 1.0 and mine 1.0");
  const lock = project.files()["Pipfile.lock"];
  expect(pinsOf(lock)["default"]).toEqual(["base==1.0", "core==1.0", "lib", "mine"]);
  expect(entryOf(lock, "default", "lib")).toEqual({ git: repository.url, ref: repository.commit });
  expect(entryOf(lock, "default", "mine")).toEqual({ editable: true, path: "./mine" });
});

test("a git address that does not exist is an environment error", async () => {
  const index = await servedIndex([]);
  const project = makeProject();
  project.write({ Pipfile: `[packages]\nlib = {git = "file://${project.home}/none"}\n` });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0411]");
  expect(run.stderr).toContain("none");
});

test("a package comes from the source that its line names, and from no other", async () => {
  const one = await servedIndex([
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "own", version: "9.0" }),
  ]);
  const two = await servedIndex([
    wheel({ name: "core", version: "2.0" }),
    wheel({ name: "own", version: "1.0" }),
  ]);
  const project = makeProject({
    pipfile: `[[source]]
name = "one"
url = "${one.url}"
verify_ssl = true

[[source]]
name = "two"
url = "${two.url}"
verify_ssl = true

[packages]
core = "*"
own = {version = "*", index = "two"}
`,
  });

  const run = await thoth(project, ["advise", "--verify", "none"]);

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  const lock = project.files()["Pipfile.lock"];
  expect(pinsOf(lock)["default"]).toEqual(["core==1.0", "own==1.0"]);
  expect(entryOf(lock, "default", "core")).toMatchObject({ index: "one" });
  expect(entryOf(lock, "default", "own")).toMatchObject({ index: "two" });
  expect(one.requests().some(({ path }) => path.includes("own"))).toBe(false);
});

test("--index-url is asked in place of the Pipfile's sources", async () => {
  const index = await servedIndex([wheel({ name: "core", version: "1.0" })]);
  const project = makeProject({
    pipfile: `[[source]]
name = "company"
url = "https://pkgs.example/simple"
verify_ssl = true

[packages]
core = "*"
`,
  });

  const run = await thoth(project, ["advise", "--verify", "none", "--index-url", index.url]);

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  const lock = project.files()["Pipfile.lock"];
  expect(entryOf(lock, "default", "core")).toMatchObject({ index: "company", version: "==1.0" });
  expect(lock).toContain("https://pkgs.example/simple");
  expect(lock).not.toContain("127.0.0.1");
});

const credentials = { username: "alice", password: "s3cret-Passw0rd" };
const asHeader = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");

function projectWithVariables(origin: string) {
  const host = origin.replace("http://", "");
  const dollar = "$";
  return makeProject({
    pipfile: `[[source]]
name = "company"
url = "http://${dollar}{INDEX_USER}:${dollar}{INDEX_PASSWORD}@${host}/simple"
verify_ssl = true

[packages]
core = "*"
`,
  });
}

test("credentials of a source reach the index and nothing else", async () => {
  const index = await servedIndex([wheel({ name: "core", version: "1.0" })], { credentials });
  const project = projectWithVariables(index.origin);
  const env = { INDEX_USER: credentials.username, INDEX_PASSWORD: credentials.password };

  const run = await thoth(project, ["advise", "--verbose", "--debug"], { env });
  const json = await thoth(project, ["advise", "--json"], { env });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(json.exitCode).toBe(0);
  expect(index.requests().filter(({ status }) => status === 200)).not.toEqual([]);
  expect(project.files()["Pipfile.lock"]).toContain(
    `"http://${"$"}{INDEX_USER}:${"$"}{INDEX_PASSWORD}@`,
  );
  const written = { ...readFiles(join(project.directory, "..")), "": json.stdout + json.stderr };
  const everything = { ...written, " ": run.stdout + run.stderr };
  const leaks = Object.entries(everything).filter(
    ([, text]) => text.includes(credentials.password) || text.includes(asHeader),
  );
  expect(leaks.map(([path]) => path)).toEqual([]);
});

test("wrong credentials are told without telling them", async () => {
  const index = await servedIndex([wheel({ name: "core", version: "1.0" })], { credentials });
  const project = projectWithVariables(index.origin);
  const env = { INDEX_USER: "alice", INDEX_PASSWORD: "wr0ng-Passw0rd" };

  const run = await thoth(project, ["advise", "--debug"], { env });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0402]");
  expect(run.stderr).toContain("401");
  expect(run.stderr).not.toContain("wr0ng");
  const written = Object.values(readFiles(join(project.directory, ".."))).join("\n");
  expect(written).not.toContain("wr0ng");
});
