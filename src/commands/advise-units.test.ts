import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf } from "../../fixtures/told.ts";

const packages = [
  wheel({ name: "core", version: "1.0" }),
  { distribution: wheel({ name: "core", version: "2.0" }), yanked: "broken" },
  wheel({ name: "web", version: "1.0", requires: ["core"] }),
];

/** A project that needs `web`, and the way to run `thoth advise` there. */
async function webProject() {
  const index = await servedIndex(packages);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const advise = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    thoth(project, ["advise", "--verify", "none", ...args], { index: index.url, env });
  const pins = () => pinsOf(project.files()["Pipfile.lock"])["default"];
  return { project, advise, pins };
}

test("every reason tells what each unit did, and of which releases", async () => {
  const { advise } = await webProject();

  const { stdout, exitCode } = await advise(["-v"]);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^the advice is for Python \S+ on .*, found here$/m);
  expect(stdout).toContain("\nno version range: web\n");
  expect(stdout).toMatch(/^ {2}sieve +yanked +dropped 1: core 1 \(2\.0\)$/m);
  expect(stdout).toMatch(/^ {2}without effect: .*malware/m);
});

test("a unit is switched off by option or environment, and each report warns of that", async () => {
  const { advise, pins } = await webProject();
  await advise([]);
  expect(pins()).toEqual(["core==1.0", "web==1.0"]);

  const blocked = await advise(["--upgrade", "--block-unit", "yanked"]);

  expect(pins()).toEqual(["core==2.0", "web==1.0"]);
  const warning = (by: string) => `the sieve \`yanked\` is switched off by ${by}`;
  expect(blocked.stderr).toContain(warning("--block-unit"));
  const again = await advise(["--json"], { THOTH_BLOCKED_UNITS: "yanked, version-ranges" });
  const { warnings, notes, pipeline } = JSON.parse(again.stdout);
  expect(JSON.stringify(warnings)).toContain(warning("THOTH_BLOCKED_UNITS"));
  expect(notes).toContainEqual(expect.objectContaining({ unit: "version-ranges" }));
  expect(pipeline).toContainEqual({
    ...{ name: "yanked", kind: "sieve", state: "blocked", reason: "by THOTH_BLOCKED_UNITS" },
    ...{ count: 0, packages: [] },
  });
});

test.each([
  ["yankd", "there is no unit `yankd` to switch off", "did you mean `yanked`?"],
  ["malware", "the unit `malware` can't be switched off", "never advised"],
])("--block-unit %s is refused", async (name, message, hint) => {
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });

  const run = await thoth(project, ["advise", "--block-unit", name]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(message);
  expect(run.stderr).toContain(hint);
});

test("a rule of thoth.toml keeps a release out, with its reason", async () => {
  const { project, advise } = await webProject();
  project.write({ "thoth.toml": '[[rule]]\npackage = "core"\nreason = "we wrote our own"\n' });

  const run = await advise([]);

  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("is ruled out by thoth.toml:1: we wrote our own");
});

test("an update is judged by advice in which no other release of it counts", async () => {
  const { advise, pins } = await webProject();
  await advise([]);

  expect((await advise(["--update", "core==2.0", "--check"])).exitCode).toBe(1);
  expect((await advise(["--update", "core==1.0", "--check"])).exitCode).toBe(0);
  expect((await advise(["--update", "core>=1"])).stderr).toContain(
    "--update takes NAME==VERSION, not `core>=1`",
  );
  expect(pins()).toEqual(["core==1.0", "web==1.0"]);
});

/** A prescription that refuses stacks by a release of whatever package. */
const stride = (version: string) => `units:
  strides:
    - name: NoSuchVersion
      type: stride
      should_include: {adviser_pipeline: true}
      match:
        state:
          resolved_dependencies:
            - version: "${version}"
      run:
        not_acceptable: our mirror lost that
`;

test.each([
  ["==2.0", 0, ["core==1.0", "tool==1.0"], ""],
  ["<9", 1, undefined, "every stack that was found is refused: our mirror lost that"],
])(
  "a stack with a release %s that a stride refuses is searched on from",
  async (version, exitCode, pins, message) => {
    const index = await servedIndex(
      ["1.0", "2.0"].flatMap((one) => [
        wheel({ name: "core", version: one }),
        wheel({ name: "tool", version: one, requires: [`core==${one}`] }),
      ]),
    );
    const project = makeProject({
      pipfile: '[packages]\ntool = "*"\n',
      files: {
        "rules/_prescription_metadata.yaml": "prescription: {name: own, release: '1'}\n",
        "rules/stride.yaml": stride(version),
      },
    });
    const args = ["advise", "--verify", "none", "--prescriptions", "rules"];

    const run = await thoth(project, args, { index: index.url });

    expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({
      exitCode,
      stderr: expect.stringContaining(message),
    });
    if (pins !== undefined)
      expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(pins);
  },
);
