import { expect, test } from "vitest";
import { contextOf, project, summary } from "../../../fixtures/advice.ts";
import { prescribed } from "../../../fixtures/prescribed.ts";
import { noSettings } from "../../model/advice-settings.ts";
import { exampleIndex, MemoryStore } from "../../store/memory-store.ts";
import { consult } from "../advise.ts";

/** `flow` needs `sci`, of which there are 1.0 and 2.0; `plot` and `panda` need nothing. */
function universe(need = "sci"): MemoryStore {
  return new MemoryStore()
    .add("flow==1", { requires: [need] })
    .add("sci==2.0")
    .add("sci==1.0")
    .add("other==1", { requires: ["sci<2"] })
    .add("plot==1")
    .add("panda==3");
}

async function advised(units: string, lines: readonly string[], store = universe()) {
  const settings = { ...noSettings, prescriptions: await prescribed(units) };
  const asked = { ...project(...lines), settings };
  const { advice } = consult(contextOf(store, asked), { verify: false });
  const said = advice.outcome === "locked" ? advice.product.justifications : [];
  return { text: summary(advice), said: said.map(({ message }) => message) };
}

const skip = (match: string) => `
  steps:
  - name: Skip
    type: step.SkipPackage
    should_include: {adviser_pipeline: true}
    match: ${match}
    run: {stack_info: [{type: INFO, message: nobody imports it, link: sci}]}
`;

test("a requirement is left out where all that it admits is to be skipped", async () => {
  const unit = skip('{package_version: {name: sci, version: "<2"}}');

  const { text, said } = await advised(unit, ["flow"], universe("sci<2"));

  expect(text).toBe("locked: flow==1");
  expect(said).toContain(
    "flow 1 is taken without sci <2: nobody imports it (prescription `own.Skip`)",
  );
});

test("a requirement that admits other releases loses those that are to be skipped", async () => {
  const unit = skip(
    '{package_version: {name: sci, version: "==2.0"}, state: {package_version_from: [{name: flow}]}}',
  );

  const { text, said } = await advised(unit, ["flow"]);

  expect(text).toBe("locked: flow==1 sci==1.0");
  expect(said).toContain(
    "flow 1 is taken without sci ==2.0: nobody imports it (prescription `own.Skip`)",
  );
});

test.each([
  [["flow", "plot"], "locked: flow==1 plot==1"],
  [["flow"], "locked: flow==1 sci==2.0"],
  // What others need stays
  [["flow", "plot", "other"], "locked: flow==1 other==1 plot==1 sci==1.0"],
])("a requirement is left out where the state is the case: %s", async (lines, expected) => {
  const unit = skip(
    "{package_version: {name: sci}, state: {package_version_from: [{name: flow}], resolved_dependencies: [{name: plot}]}}",
  );

  expect((await advised(unit, lines)).text).toBe(expected);
});

const add = (state: string) => `
  steps:
  - name: Add
    type: step.AddPackage
    should_include: {adviser_pipeline: true}
    match:
      package_version: {name: sci, version: ">=2"}
      state: ${state}
    run:
      package_version: {name: panda, locked_version: ==3, index_url: "${exampleIndex}", develop: false}
`;

test.each([
  [
    "{resolved_dependencies: [{name: plot}]}",
    ["flow", "plot"],
    "flow==1 panda==3 plot==1 sci==2.0",
  ],
  ["{resolved_dependencies: [{name: plot}]}", ["flow"], "flow==1 sci==2.0"],
  ["{package_version_from: [{name: flow}]}", ["flow"], "flow==1 panda==3 sci==2.0"],
  ["{package_version_from: [{name: flow}]}", ["sci"], "sci==2.0"],
  ["{package_version_from: [{name: flow}]}", ["flow", "sci<2"], "flow==1 sci==1.0"],
])("a release is added where its state is the case: %s, %s", async (state, lines, expected) => {
  expect((await advised(add(state), lines)).text).toBe(`locked: ${expected}`);
});

test("a unit that undoes its own state has no say", async () => {
  const store = universe()
    .add("panda==2")
    .add("guard==2", { requires: ["panda<3"] })
    .add("guard==1")
    .add("top==2", { requires: ["guard==2"] })
    .add("top==1", { requires: ["guard==1"] });

  const { text } = await advised(
    add("{resolved_dependencies: [{name: guard, version: ==2}]}"),
    ["sci", "top"],
    store,
  );

  expect(text).toBe("locked: guard==2 panda==2 sci==2.0 top==2");
});
