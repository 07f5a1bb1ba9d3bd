import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const files = [
  wheel({ name: "web", version: "2.0", requires: ["core"] }),
  wheel({ name: "core", version: "1.0" }),
  wheel({ name: "pyyaml", version: "6.0" }),
];

const pipfile = `# kept
[packages]
web = "*"  # as it is

[dev-packages]
`;

async function shop() {
  const { url: index } = await servedIndex(files);
  const project = makeProject();
  project.write({ Pipfile: pipfile });
  const pipfileText = () => readFileSync(join(project.directory, "Pipfile"), "utf8");
  const run = (...args: readonly string[]) => thoth(project, args, { index });
  return { project, pipfileText, run };
}

test("add and remove change lines of their own, make a lock, and leave all else byte for byte", async () => {
  const { project, pipfileText, run } = await shop();

  const added = await run("add", "PyYAML>=6", "--no-advise");
  const dev = await run("add", "core", "--dev", "--no-advise");

  expect([added.exitCode, dev.exitCode]).toEqual([0, 0]);
  expect(pipfileText()).toBe(`# kept
[packages]
web = "*"  # as it is
PyYAML = ">=6"

[dev-packages]
core = "*"
`);
  expect((await run("remove", "pyyaml", "core", "--no-advise")).exitCode).toBe(0);
  expect(pipfileText()).toBe(pipfile);
  expect(project.files()).not.toContain("Pipfile.lock");
});

test("without a stack the Pipfile is put back, unless it is to be kept", async () => {
  const { pipfileText, run } = await shop();

  const refused = await run("add", "ghost");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("Pipfile was put back as it was");
  expect(pipfileText()).toBe(pipfile);

  expect((await run("add", "ghost", "--keep")).exitCode).toBe(1);
  expect(pipfileText()).toContain('ghost = "*"');
});

test("without advice, --json is one document, too; a Pipfile that is to be sorted stays so", async () => {
  const { project, pipfileText, run } = await shop();
  const sorted = '[pipenv]\nsort_pipfile = true\n\n[packages]\nweb = "*"\n';
  project.write({ Pipfile: sorted });

  const added = await run("add", "core", "--no-advise", "--json");

  expect(JSON.parse(added.stdout)).toEqual({
    schema: "thoth.edited",
    version: "1.0",
    file: "Pipfile",
    change: "added",
    lines: ['core = "*"'],
  });
  expect(added.stderr).toBe("");
  expect(pipfileText()).toBe(sorted.replace("web", 'core = "*"\nweb'));
});

test("a project that names its needs elsewhere is told where to write", async () => {
  const { project, run } = await shop();
  const own = makeProject({
    files: { "pyproject.toml": '[project]\nname = "shop"\ndependencies = []\n' },
  });

  const told = await run("add", "web", "--project", own.directory);

  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain("write it into dependencies of [project]");
  expect(project.files()).toEqual({ Pipfile: pipfile });
});

test.each([
  [["add", "core", "Core"], "core is given twice", "write it once"],
  [["add", "web"], "web stands in [packages] already", "Pipfile:3:1"],
  [["add", "web=>1"], "`web=>1` is no requirement", "write NAME"],
  [["add", "web @ https://index.example/web.zip"], "comes from an address", "by hand"],
  [["remove", "wib"], "the Pipfile does not ask for `wib`", "did you mean `web`?"],
])("thoth %j changes nothing and says why", async (args, message, hint) => {
  const { pipfileText, run } = await shop();

  const told = await run(...args);

  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain(message);
  expect(told.stderr).toContain(hint);
  expect(pipfileText()).toBe(pipfile);
});

test("imports are held against what the project asks for, by what was seen installed", async () => {
  const { project, run } = await shop();
  project.write({
    Pipfile: '[packages]\nweb = "*"\npyyaml = "*"\n',
    "app.py": "import web\nimport core.thing\nimport nowhere\nimport os\nimport helper\n",
    "helper.py": "try:\n    import fast\nexcept ImportError:\n    fast = None\n",
    "tests/test_app.py": "import yaml\n",
    "venv-of-mine/pyvenv.cfg": "",
    "venv-of-mine/lib.py": "import strange\n",
  });
  await run("advise");

  const told = await run("imports", "--check");

  expect(
    told.stdout,
  ).toBe(`missing: nowhere is imported, and nothing that the project asks for provides it (app.py:3): nowhere (a guess: both have one name)
not asked for: core is imported, but only what the project asks for brings core (app.py:2): core
for dev-packages: Pipfile:3 pyyaml is imported by tests alone (tests/test_app.py:1)
3 files import 5 modules of others: 3 findings
`);
  expect(told.exitCode).toBe(1);
  const document = JSON.parse((await run("imports", "--json")).stdout);
  expect(document).toMatchObject({ schema: "thoth.imports", files: 3, unread: [] });
});

test("what provides a module is known from installations, else said to be a guess", async () => {
  const { run } = await shop();
  await run("advise");

  const seen = await run("whatprovides", "core");
  const guessed = await run("whatprovides", "yaml");

  expect(seen).toMatchObject({
    exitCode: 0,
    stdout: "core: its release 1.0 was installed and has core\n",
  });
  expect(guessed).toMatchObject({ exitCode: 3, stdout: "pyyaml (as that module usually is)\n" });
  expect((await run("whatprovides", "a b")).exitCode).toBe(2);
});
