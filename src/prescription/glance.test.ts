import { expect, test } from "vitest";
import type { Tree } from "../util/shaped-tree.ts";
import { yamlTree } from "../util/yaml-tree.ts";
import { packagesOf, prescribedDocument } from "./document.ts";
import { glance } from "./glance.ts";

const plain = `# generated
units:
  wraps:
  - name: AWrap
    type: wrap
    should_include:
      adviser_pipeline: true
    match:
      state:
        resolved_dependencies:
        - name: flask
          version: "==1.0"
        - name: jinja2
    run:
      justification:
      - type: INFO
        message: >-
          match: this is a text
          name: no-package
        link: https://example.org
  - name: BWrap
    type: wrap
    should_include:
      adviser_pipeline: true
    run:
      justification:
      - type: INFO
        message: hello
        link: a
  boots:
    - name: CBoot
      type: boot
      should_include: {}
      match:
      - package_name: werkzeug
      - package_name: click
      run:
        log:
          type: INFO
          message: m
`;

test("a plain file is read by its lines as a parser of YAML reads it", async () => {
  const { units } = prescribedDocument(await yamlTree(plain, "a.yaml"), "own");

  const found = glance(plain) ?? [];

  expect([...found].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
    [...units]
      .map((unit) => ({ name: unit.name.slice(4), kind: unit.kind, ...packagesOf(unit) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => expect.objectContaining(one)),
  );
});

const match = (lines: string) =>
  `units:\n  wraps:\n  - name: A\n    type: wrap\n    should_include: {}\n${lines}    run: {}\n`;

test("a match with an entry that names no package is general", () => {
  const text = match(
    "    match:\n    - state:\n        resolved_dependencies:\n        - name: a\n    - state:\n        resolved_dependencies: \n",
  );

  expect(glance(text)).toEqual([expect.objectContaining({ packages: ["a"], general: true })]);
});

test.each([
  ["a flow map", match("    match: {state: {resolved_dependencies: [{name: a}]}}\n")],
  [
    "an anchor",
    match("    match: &m\n      state:\n        resolved_dependencies:\n        - name: a\n"),
  ],
  ["an alias", match("    match:\n      state: *a\n")],
  ["a merge", match("    match:\n      <<: *a\n")],
  ["a tab", match("    match:\n\t  state:\n")],
  [
    "a text over two lines",
    match('    match:\n      state:\n        version: "a\n          name: b"\n'),
  ],
  ["a key that comes twice", match("    match:\n      state:\n    match:\n      state:\n")],
  ["units that change a resolution", plain.replace("wraps:", "sieves:")],
  ["another document", `${plain}---\nunits:\n`],
  ["no YAML at all", "hello"],
  ["nothing", ""],
])("what holds %s is left to the parser", (_, text) => {
  expect(glance(text)).toBeUndefined();
});

test.each(["", "units:\n", "units:\n  wraps:\n", "units:\n wraps: []\n"])(
  "an empty file holds no unit: %j",
  async (text) => {
    const tree: Tree = await yamlTree(text, "a.yaml");

    expect(prescribedDocument(tree, "own").units).toEqual([]);
    expect(glance(text) ?? []).toEqual([]);
  },
);
