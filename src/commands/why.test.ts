import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, type Run, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const files = [
  wheel({ name: "web", version: "1.0", requires: ["core<2"] }),
  wheel({ name: "web", version: "2.0", requires: ["core"] }),
  wheel({ name: "core", version: "1.0" }),
  wheel({ name: "core", version: "2.0" }),
];

interface Locked {
  readonly project: TestProject;
  readonly ask: (...args: readonly string[]) => Promise<Run>;
}

/** Locked to web 1.0, with all that is known of web 2.0. */
async function locked(): Promise<Locked> {
  const { url: index } = await servedIndex(files);
  const project = makeProject();
  for (const demand of ["*", "==1.0"]) {
    project.write({ Pipfile: `[packages]\nweb = "${demand}"\n` });
    const run = await thoth(project, ["advise", "--verify", "none"], { index });
    if (run.exitCode !== 0) throw new Error(run.stderr);
  }
  return { project, ask: (...args) => thoth(project, args, { index }) };
}

test("why, why-not and graph answer from the lock and the store, and write nothing", async () => {
  const { project, ask } = await locked();
  const before = readFileSync(join(project.store, "store.json"), "utf8");

  const why = await ask("why", "core");
  const whyNot = await ask("why-not", "core");
  const graph = await ask("graph");
  const inverted = await ask("graph", "--invert", "core");

  expect(why).toMatchObject({ exitCode: 0, stderr: "" });
  expect(why.stdout).toContain(`core 1.0 (packages)
  Pipfile:2 web ==1.0 > core <2
`);
  expect(whyNot.stdout).toBe(`2.0 leads to a conflict: no version of core satisfies everyone
  web 1.0 needs core <2
core 1.0 is locked; 1 release newer than that
`);
  expect(graph.stdout).toBe(`web 1.0 (Pipfile:2 web ==1.0)
└── core 1.0 (core <2)
2 packages
`);
  expect(inverted.stdout).toBe(`core 1.0
└── web 1.0 <- Pipfile:2 (core <2)
2 packages
`);
  expect(readFileSync(join(project.store, "store.json"), "utf8")).toBe(before);
});

test("one release is told with what would come of it", async () => {
  const { ask } = await locked();

  const run = await ask("why-not", "web==2.0");
  const json = await ask("why-not", "web==2.0", "--json");

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toBe(`2.0 is excluded: Pipfile:2 asks for web ==1.0
  if that line allowed it: web 1.0 -> 2.0
web 1.0 is locked
`);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "thoth.why-not",
    rejected: [{ version: "2.0", rule: "demand", demands: [{ by: "Pipfile:2" }] }],
  });
});

test("what is not in the stack is a no, and a typing error is answered", async () => {
  const { ask } = await locked();

  const why = await ask("why", "cor");
  const graph = await ask("graph", "--invert", "cor");
  const version = await ask("why-not", "core==9");

  expect(why).toMatchObject({
    exitCode: 1,
    stdout: "cor is not in the lock: nothing needs it\nhelp: did you mean core?\n",
  });
  expect(graph).toMatchObject({ exitCode: 2 });
  expect(graph.stderr).toContain("did you mean core?");
  expect(version.exitCode).toBe(1);
});

test("without a lock nothing can be asked, and the way to one is told", async () => {
  const run = await thoth(makeProject({ pipfile: '[packages]\nweb = "*"\n' }), ["why", "web"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("make one first: `thoth advise`");
});
