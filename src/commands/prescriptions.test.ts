import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf } from "../../fixtures/told.ts";

const examples = fileURLToPath(new URL("../../fixtures/prescriptions", import.meta.url));

const packages = [
  wheel({ name: "flask", version: "2.1.3", requires: ["werkzeug>=2.0"] }),
  wheel({ name: "werkzeug", version: "2.3.7" }),
  wheel({ name: "werkzeug", version: "3.0.1" }),
  wheel({ name: "jinja2", version: "2.11.3", requires: ["markupsafe>=0.23"] }),
  wheel({ name: "markupsafe", version: "2.0.1" }),
  wheel({ name: "markupsafe", version: "2.1.1" }),
  wheel({ name: "h5py", version: "3.10.0", requires: ["numpy"] }),
  wheel({ name: "pandas", version: "1.5.3", requires: ["numpy"] }),
  wheel({ name: "numpy", version: "1.26.4" }),
  wheel({ name: "numpy", version: "2.0.0" }),
  wheel({ name: "pyyaml", version: "5.3.1" }),
  wheel({ name: "pyyaml", version: "5.4.1" }),
  wheel({ name: "old", version: "1.0", requires: ["enum34"] }),
  wheel({ name: "enum34", version: "1.1.10" }),
  wheel({ name: "unittest2", version: "1.1.0", requires: ["argparse", "six"] }),
  wheel({ name: "argparse", version: "1.4.0" }),
  wheel({ name: "six", version: "1.16.0" }),
  wheel({ name: "pycrypto", version: "2.6.1" }),
  wheel({ name: "sqlalchemy", version: "2.0.25" }),
  wheel({ name: "greenlet", version: "3.0.3" }),
  wheel({ name: "sklearn", version: "0.0" }),
  wheel({ name: "psycopg2", version: "2.9.9" }),
  wheel({ name: "psycopg2-binary", version: "2.9.9" }),
];

/** A project with a `.thoth.yaml` that names our prescriptions, and what its advice says and pins. */
async function advised(requirements: readonly string[], settings = "") {
  const index = await servedIndex(packages);
  const lines = requirements.map((one) => {
    const [name, version = ""] = one.split(" ");
    return `${name} = "${version === "" ? "*" : version}"\n`;
  });
  const project = makeProject({ pipfile: `[packages]\n${lines.join("")}` });
  const folder = join(project.home, "prescriptions");
  cpSync(examples, folder, { recursive: true });
  const adding = join(folder, "sqlalchemy/asyncio.yaml");
  const text = readFileSync(adding, "utf8");
  writeFileSync(adding, text.replace("https://packages.example.org/simple", index.url));
  const yaml = `thoth:\n  prescriptions: [../home/prescriptions]\n${settings}`;
  project.write({ ".thoth.yaml": yaml });
  const args = ["advise", "--verify", "none", "--json"];
  const run = await thoth(project, args, { index: index.url });
  return { run, pins: pins(project), said: run.stdout, project, folder, index };
}

function pins(project: TestProject): readonly string[] | undefined {
  const lock = project.files()["Pipfile.lock"];
  return lock === undefined ? undefined : pinsOf(lock)["default"];
}

const kinds: readonly [string, readonly string[], readonly string[]][] = [
  ["step.Group", ["flask"], ["flask==2.1.3", "werkzeug==2.3.7"]],
  ["step with a state", ["jinja2", "markupsafe"], ["jinja2==2.11.3", "markupsafe==2.0.1"]],
  ["stride", ["h5py"], ["h5py==3.10.0", "numpy==1.26.4"]],
  ["sieve", ["pyyaml"], ["pyyaml==5.3.1"]],
  ["sieve.SkipPackage", ["old"], ["old==1.0"]],
  ["step.SkipPackage", ["unittest2"], ["six==1.16.0", "unittest2==1.1.0"]],
];

test.each(kinds)("a %s decides what is locked", async (_, requirements, expected) => {
  const { pins, run } = await advised(requirements);

  expect(run).toMatchObject({ exitCode: 0 });
  expect(pins).toEqual(expected);
});

test("without prescriptions the newest releases are locked", async () => {
  const index = await servedIndex(packages);
  const project = makeProject({ pipfile: '[packages]\nflask = "*"\n' });

  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual([
    "flask==2.1.3",
    "werkzeug==3.0.1",
  ]);
});

const sayings: readonly [string, string, string, string | undefined][] = [
  [
    "step with a score",
    "pycrypto",
    "PyCrypto has had no release since 2013; PyCryptodome takes its place",
    "pycrypto",
  ],
  [
    "wrap",
    "psycopg2-binary",
    "psycopg2-binary brings libraries of its own; its authors advise against it in production",
    "psycopg2",
  ],
  [
    "wrap.GHReleaseNotes",
    "flask",
    "release notes of flask 2.1.3",
    "https://github.com/pallets/flask/releases/tag/2.1.3",
  ],
  [
    "step.SkipPackage",
    "unittest2",
    "unittest2 1.1.0 is taken without argparse: Python has argparse in its standard library from 2.7 on (prescription `examples.Unittest2Argparse`)",
    "backports",
  ],
];

test.each(sayings)("a %s says why, with a link", async (_, requirement, message, link) => {
  const { run } = await advised([requirement]);

  expect(JSON.parse(run.stdout)).toHaveProperty(
    "justifications",
    expect.arrayContaining([expect.objectContaining({ message, link })]),
  );
});

test("a boot says what it knows of what the project asks for, as a warning", async () => {
  const { run } = await advised(["sklearn"]);

  expect(JSON.parse(run.stdout)).toMatchObject({
    warnings: [
      { message: "sklearn is only a name that leads nowhere; the package is scikit-learn" },
    ],
  });
});

test("a conflict names the prescription that keeps releases apart", async () => {
  const { run } = await advised(["flask", "werkzeug ==3.0.1"]);

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain(
    "do not go together: Flask up to 2.2.2 imports what Werkzeug 3 no longer has (prescription `examples.FlaskWerkzeug3`)",
  );
});

test("a file that can't be read is told with its place, and the others count", async () => {
  const { project, folder, index } = await advised(["jinja2", "markupsafe"]);
  writeFileSync(join(folder, "flask/werkzeug.yaml"), "units: [");

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  const validation = await thoth(project, ["prescriptions", "validate", folder]);

  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stderr).toContain("warning: prescriptions flask/werkzeug.yaml:1: ");
  expect(pins(project)).toEqual(["jinja2==2.11.3", "markupsafe==2.0.1"]);
  expect(validation).toMatchObject({ exitCode: 2 });
  expect(validation.stdout).toContain("flask/werkzeug.yaml:1:9: ");
});

test("our examples are valid, and a folder that is not there is refused", async () => {
  const project = makeProject({ pipfile: "[packages]\n" });

  const fine = await thoth(project, ["prescriptions", "validate", examples]);
  const nowhere = await thoth(project, ["prescriptions", "list", "nowhere"]);

  expect(fine).toMatchObject({ exitCode: 0 });
  expect(nowhere).toMatchObject({ exitCode: 2 });
  expect(nowhere.stderr).toContain("there is no folder");
});

test("a step.AddPackage adds a release, here where a label asks for it", async () => {
  expect((await advised(["sqlalchemy"])).pins).toEqual(["sqlalchemy==2.0.25"]);

  const { pins } = await advised(["sqlalchemy"], "  labels: sqlalchemy=asyncio\n");

  expect(pins).toEqual(["greenlet==3.0.3", "sqlalchemy==2.0.25"]);
});

test("a pseudonym is told, and taken where the project allows that", async () => {
  const { pins: before, said } = await advised(["psycopg2"], "  labels: compiler=none\n");
  expect(before).toEqual(["psycopg2==2.9.9"]);
  expect(said).toContain(
    "psycopg2-binary is offered in place of psycopg2 2.9.9 (prescription `examples.Psycopg2Binary`): ask for it in its place, or see with `--pseudonyms --dry-run` what it comes to",
  );

  const settings = "  labels: compiler=none\n  pseudonyms: true\n";
  const { pins: taken, run, project, index } = await advised(["psycopg2"], settings);
  expect(taken).toEqual(["psycopg2-binary==2.9.9"]);
  expect(run.stdout).toContain("psycopg2-binary 2.9.9 stands in for psycopg2");
  const again = await thoth(project, ["advise", "--check", "--verify", "none"], {
    index: index.url,
  });
  expect(again).toMatchObject({ exitCode: 0 });
});

test("library_usage: a unit takes part where the sources use what it names", async () => {
  const { url: index } = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  project.write({
    "own/_prescription_metadata.yaml": 'prescription:\n  name: own\n  release: "1"\n',
    "own/pickle.yaml": `units:
  boots:
  - name: Pickle
    type: boot
    should_include:
      adviser_pipeline: true
      library_usage:
        pickle: ["pickle.loads"]
    run:
      stack_info:
      - {type: WARNING, message: the sources unpickle, link: "https://pickle.example"}
`,
  });
  const told = async (source: string) => {
    project.write({ "app.py": source });
    const run = await thoth(project, ["advise", "--verify", "none", "--prescriptions", "own"], {
      index,
    });
    return run.stderr.includes("warning: the sources unpickle");
  };

  expect(await told("import pickle as p\np.loads(x)\n")).toBe(true);
  expect(await told("import pickle\npickle.dumps(x)\n")).toBe(false);
});
