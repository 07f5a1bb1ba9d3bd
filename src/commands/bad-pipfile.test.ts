import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, thoth } from "../../fixtures/rig.ts";

/** As a Pipfile has it; the variable is never set. */
const unset = "$" + "{TOKEN}";
const oldLock = '{"_meta": {}, "default": {}}\n';

test.each([
  {
    mistake: "a section without its bracket",
    pipfile: '[packages\nflask = "*"\n',
    stderr: `error[THOTH-E0101]: not TOML: illegal character in key
  --> Pipfile:1:10
   |
 1 | [packages
   |          ^
`,
  },
  {
    mistake: "an unknown section",
    pipfile: '[package]\nflask = "*"\n',
    stderr: `error[THOTH-E0102]: unknown section [package]
  --> Pipfile:1:2
   |
 1 | [package]
   |  ^^^^^^^
help: did you mean [packages]?
`,
  },
  {
    mistake: "an unknown key",
    pipfile: '[packages]\nflask = {verison = "*"}\n',
    stderr: `error[THOTH-E0102]: unknown option \`verison\` of \`flask\`
  --> Pipfile:2:10
   |
 2 | flask = {verison = "*"}
   |          ^^^^^^^
help: did you mean \`version\`?
`,
  },
  {
    mistake: "a wildcard after >=",
    pipfile: '[packages]\nblack = ">=24.*"\n',
    stderr: `error[THOTH-E0102]: \`.*\` is allowed only after == and !=
  --> Pipfile:2:9
   |
 2 | black = ">=24.*"
   |         ^^^^^^^^
help: did you mean \`">=24"\`?
`,
  },
  {
    mistake: "an operator of Poetry",
    pipfile: '[packages]\nflask = "^1.0"\n',
    stderr: `error[THOTH-E0102]: \`^\` is no operator of Python's version specifiers
  --> Pipfile:2:9
   |
 2 | flask = "^1.0"
   |         ^^^^^^
help: did you mean \`">=1.0,<2"\`?
`,
  },
  {
    mistake: "one package under two spellings",
    pipfile: '[packages]\nflask = "*"\nFlask = "==1.0"\n',
    stderr: `error[THOTH-E0102]: \`Flask\` and \`flask\` are one package
  --> Pipfile:3:1
   |
 3 | Flask = "==1.0"
   | ^^^^^
   = \`flask\` stands at Pipfile:2
help: remove one of them
`,
  },
  {
    mistake: "one key twice",
    pipfile: '[packages]\nflask = "*"\nflask = "==1.0"\n',
    stderr: `error[THOTH-E0101]: not TOML: trying to redefine an already defined table or value
  --> Pipfile:3:1
   |
 3 | flask = "==1.0"
   | ^
   = \`flask\` stands already at Pipfile:2
`,
  },
  {
    mistake: "a Python that is no version",
    pipfile: '[packages]\n\n[requires]\npython_version = "three"\n',
    stderr: `error[THOTH-E0102]: \`three\` is no Python version as \`python_version\` needs it
  --> Pipfile:4:18
   |
 4 | python_version = "three"
   |                  ^^^^^^^
help: write one version, such as \`python_version = "3.11"\`
`,
  },
  {
    mistake: "a Python that there is not",
    pipfile: '[packages]\nflask = "*"\n\n[requires]\npython_version = "9.9"\n',
    stderr: `error[THOTH-E0106]: there is no Python 9.9, which the Pipfile asks for
  --> Pipfile:5:18
   |
 5 | python_version = "9.9"
   |                  ^^^^^
help: name a Python such as 3.12
`,
  },
  {
    mistake: "an index that needs a variable nobody set",
    pipfile: `[[source]]\nname = "own"\nurl = "https://me:${unset}@pkgs.example/simple"\nverify_ssl = true\n\n[packages]\nflask = "*"\n`,
    stderr: `error[THOTH-E0104]: the index of [[source]] \`own\` needs the variable TOKEN, which is not set
  --> Pipfile:1:3
   |
 1 | [[source]]
   |   ^^^^^^
help: set it (\`export TOKEN=…\`), or name an index with --index-url
`,
  },
])("$mistake is told with its place, and nothing is written", async ({ pipfile, stderr }) => {
  const project = makeProject({ pipfile, lock: oldLock });

  const run = await thoth(project, ["advise"]);

  expect(run).toEqual({ exitCode: 2, signal: null, stdout: "", stderr });
  expect(project.files()).toEqual({ Pipfile: pipfile, "Pipfile.lock": oldLock });
});

test("every mistake of a Pipfile is told at once", async () => {
  const project = makeProject({ pipfile: '[packages]\na = "^1"\nb = ">=1.*"\n' });

  const run = await thoth(project, ["advise"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("--> Pipfile:2:5");
  expect(run.stderr).toContain("--> Pipfile:3:5");
  expect(run.stderr).toMatch(/2 problems in Pipfile\n$/);
});

test("a mistake is placed as seen from where the command runs", async () => {
  const project = makeProject({ files: { "service/Pipfile": '[package]\nflask = "*"\n' } });

  const run = await thoth(project, ["advise", "service"]);

  expect(run.stderr).toContain("--> service/Pipfile:1:2\n   |\n 1 | [package]\n");
});

test("a folder without a Pipfile", async () => {
  const project = makeProject();

  const run = await thoth(project, ["advise"]);

  expect(run).toEqual({
    exitCode: 2,
    signal: null,
    stdout: "",
    stderr: `error[THOTH-E0105]: no Pipfile, \`pyproject.toml\` or \`requirements.in\` in \`${project.directory}\`\nhelp: run thoth in a project directory, or name one: \`thoth advise DIR\`\n`,
  });
  expect(project.files()).toEqual({});
});

test("a Pipfile that is a folder can't be read", async () => {
  const project = makeProject();
  mkdirSync(join(project.directory, "Pipfile"));

  const run = await thoth(project, ["advise"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("`Pipfile` can't be read");
  expect(run.stderr).not.toContain("bug");
});

test.each([
  [
    "an unresolved merge",
    "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n",
    "unresolved merge conflict",
  ],
  ["half a file", '{"_meta": {"hash"', "Pipfile.lock"],
  ["another kind of file", '["flask"]\n', "Pipfile.lock"],
])("a lock that holds %s is left as it is", async (_, lock, message) => {
  const project = makeProject({ pipfile: "[packages]\n", lock });

  const run = await thoth(project, ["advise"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0103]");
  expect(run.stderr).toContain(message);
  expect(run.stderr).toContain("help: ");
  expect(project.files()["Pipfile.lock"]).toBe(lock);
});

test.each([
  ["an unknown setting", "thoth:\n  verifiy: none\n", "--> .thoth.yaml:2:3", "did you mean"],
  ["a bad value", "thoth:\n  verify: some\n", "--> .thoth.yaml:2:11", "`all` or `none`"],
  ["no YAML", "thoth: [\n", "--> .thoth.yaml:", ""],
])("a .thoth.yaml with %s is told with its place", async (_, text, place, more) => {
  const project = makeProject({ pipfile: "[packages]\n", files: { ".thoth.yaml": text } });

  const run = await thoth(project, ["advise"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0104]");
  expect(run.stderr).toContain(place);
  expect(run.stderr).toContain(more);
});

test.each([
  [["advise", "--no-such"], "unknown option '--no-such'"],
  [["advice"], "Did you mean advise?"],
  [["advise", "--verify", "some"], "--verify takes `all` or `none`, not `some`"],
  [["advise", "--timeout", "soon"], "--timeout takes"],
  [["advise", "--python", "three"], "--python takes a Python version"],
  [["advise", "--runtime", "nowhere"], "no runtime is called `nowhere`"],
  [["advise", "--index-url", "ftp://files.example"], "no http(s) address"],
  [["solve", "flask=="], "`flask==` is no requirement"],
  [["si-scan", "flask"], "`flask` is no release"],
])("thoth %j is a usage error that says why", async (args, message) => {
  const project = makeProject({ pipfile: '[packages]\nflask = "*"\n' });

  const run = await thoth(project, args);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toMatch(/^error\[THOTH-E0\d{3}\]: /);
  expect(run.stderr).toContain(message);
});
