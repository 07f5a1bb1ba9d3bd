import { expect, test } from "vitest";
import { prescribedKinds } from "../model/prescription.ts";
import { yamlTree } from "../util/yaml-tree.ts";
import { packagesOf, prescribedDocument } from "./document.ts";

async function read(text: string) {
  return prescribedDocument(await yamlTree(text, "set/a.yaml"), "own");
}

const every = `
units:
  boots:
  - name: Boot
    type: boot
    should_include: {adviser_pipeline: true, times: 1, authenticated: false}
    match: {package_name: flask}
    run: {stack_info: [{type: INFO, message: Hello, link: https://example.org}]}
  pseudonyms:
  - name: Pseudonym
    type: pseudonym
    should_include: {adviser_pipeline: true}
    match: {package_version: {name: tensorflow, index_url: {not: https://example.org/simple}}}
    run: {yield: {yield_matched_version: true, package_version: {name: intel-tensorflow}}}
  sieves:
  - name: Sieve
    type: sieve
    should_include: {adviser_pipeline: true}
    match: [{package_version: {name: flask, version: ">1.0,<=1.1.0", develop: false}}]
  - name: Skip
    type: sieve.SkipPackage
    should_include: {adviser_pipeline: true}
    match: {package_name: enum34}
  steps:
  - name: Step
    type: step
    should_include: {adviser_pipeline: true}
    match:
      package_version: {name: flask}
      state: {resolved_dependencies: [{name: werkzeug, version: ~=1.0.0}]}
    run: {score: 0.42, justification: [{type: INFO, message: Good, link: good}]}
  - name: SkipStep
    type: step.SkipPackage
    should_include: {adviser_pipeline: true}
    match:
      package_version: {name: scipy}
      state: {package_version_from: [{name: tensorflow}], package_version_from_allow_other: true}
  - name: Add
    type: step.AddPackage
    should_include: {adviser_pipeline: true}
    match: {package_version: {name: flask}}
    run:
      package_version: {name: daiquiri, locked_version: ==2.0.0, index_url: https://example.org, develop: false}
  - name: Group
    type: step.Group
    should_include: {adviser_pipeline: true}
    match: {group: [{package_version: {name: a}}, {package_version: {name: b}}]}
    run: {not_acceptable: They do not go together}
  strides:
  - name: Stride
    type: stride
    should_include: {adviser_pipeline: true}
    match: {state: {resolved_dependencies: [{name: flask}]}}
    run: {not_acceptable: No}
  wraps:
  - name: Wrap
    type: wrap
    should_include: {adviser_pipeline: true}
    run: {advised_manifest_changes: [{apiVersion: v1, kind: Deployment, patch: {op: add}}]}
  - name: Notes
    type: wrap.GHReleaseNotes
    should_include: {adviser_pipeline: true}
    match: {state: {resolved_dependencies: [{name: flask}]}}
    run: {release_notes: {organization: pallets, repository: flask, tag_version_prefix: v}}
`;

test("every kind of unit of the original's format is read", async () => {
  const { units, faults } = await read(every);

  expect(faults).toEqual([]);
  expect(units.map(({ kind }) => kind)).toEqual(prescribedKinds);
  expect(units.map(({ name }) => name).slice(0, 2)).toEqual(["own.Boot", "own.Pseudonym"]);
});

test("a unit concerns the packages that any of its matches names, or all where one names none", async () => {
  const { units } = await read(every);

  const concerned = units.map((unit) => [unit.name, packagesOf(unit)]);

  expect(Object.fromEntries(concerned)).toMatchObject({
    "own.Skip": { packages: ["enum34"], general: false },
    "own.Step": { packages: ["flask"], general: false },
    "own.Group": { packages: ["a", "b"], general: false },
    "own.Wrap": { packages: [], general: true },
  });
});

test("a malformed unit is told with its place, and the others count", async () => {
  const { units, faults } = await read(`units:
  sieves:
  - name: Bad
    type: sieve
    should_include: {adviser_pipeline: maybe}
    match: {package_version: {name: Flask_Thing, version: "1.0"}}
  - name: Good
    type: sieve
    should_include: {adviser_pipeline: true}
    match: {package_version: {name: flask}}
`);

  expect(units.map(({ name }) => name)).toEqual(["own.Good"]);
  expect(faults.map(({ message, place }) => `${place.line}:${place.column} ${message}`)).toEqual([
    "5:40 unit `Bad`: `adviser_pipeline` must be `true` or `false`",
    "6:37 unit `Bad`: `name` must be a package's name as PEP 503 normalises it",
    "6:59 unit `Bad`: `version`: `1.0` lacks an operator",
  ]);
});

const broken: readonly [string, string, string][] = [
  [
    "a key that is not known",
    "{name: A, type: wrap, shuold_include: {}, run: {}}",
    "unit `A`: unknown key `shuold_include`",
  ],
  ["a missing key", "{name: A, type: wrap, should_include: {}}", "unit `A` needs `run`"],
  [
    "a type of another list",
    "{name: A, type: boot, should_include: {}, run: {}}",
    "unit `A` has the type `boot`, but `wraps` holds `wrap` or `wrap.GHReleaseNotes`",
  ],
  [
    "no type",
    "{name: A, should_include: {}, run: {}}",
    "unit `A` needs `type`: `wrap` or `wrap.GHReleaseNotes`",
  ],
  ["an entry that is no unit", "A", "an entry of `wraps` must be a unit"],
  [
    "an empty list",
    "{name: A, type: wrap, should_include: {recommendation_types: []}, run: {}}",
    "unit `A`: `recommendation_types` must hold at least one entry",
  ],
  [
    "a link that is none",
    "{name: A, type: wrap, should_include: {}, run: {justification: [{type: INFO, message: m, link: Not One}]}}",
    "unit `A`: `link` must be an address, or a name of small letters, digits, `_` and `-`",
  ],
];

test.each(broken)("%s is a fault", async (_, unit, message) => {
  const { units, faults } = await read(`units:\n  wraps:\n  - ${unit}\n`);

  expect(units).toEqual([]);
  expect(faults.map((fault) => fault.message)).toContain(message);
});

test("a step that is not acceptable has neither score nor justification", async () => {
  const { faults } = await read(`units:
  steps:
  - name: A
    type: step
    should_include: {adviser_pipeline: true}
    match: {package_version: {name: a}}
    run: {not_acceptable: no, score: 0.5}
`);

  expect(faults.map(({ message }) => message)).toEqual([
    "unit `A`: `not_acceptable` says the opposite of `score` beside it",
  ]);
});

test("two units of one kind may not have one name", async () => {
  const unit = "{name: A, type: wrap, should_include: {}, run: {}}";

  const { units, faults } = await read(`units:\n  wraps:\n  - ${unit}\n  - ${unit}\n`);

  expect(units).toHaveLength(1);
  expect(faults.map(({ message }) => message)).toEqual(["`wraps` already have a unit `A`"]);
});

test("merge keys are heeded, as the original's parser does", async () => {
  const { units, faults } = await read(`units:
  wraps:
  - name: A
    type: wrap
    should_include: &common {adviser_pipeline: true, times: 0}
    run: {}
  - name: B
    type: wrap
    should_include: {<<: *common, times: 1}
    run: {}
`);

  expect(faults).toEqual([]);
  expect(units.map(({ include }) => include)).toMatchObject([
    { adviser: true, off: true },
    { adviser: true, off: false },
  ]);
});
