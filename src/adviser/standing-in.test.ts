import { expect, test } from "vitest";
import { contextOf, project, summary } from "../../fixtures/advice.ts";
import { prescribed } from "../../fixtures/prescribed.ts";
import { noSettings } from "../model/advice-settings.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { consult } from "./advise.ts";

/** `tensor` has a newest release that cannot go with `keras`; `tensor-cpu` has none such. */
function universe(): MemoryStore {
  return new MemoryStore()
    .add("tensor==2.2", { requires: ["num<2"] })
    .add("tensor==2.1")
    .add("tensor-cpu==2.2")
    .add("tensor-cpu==2.1")
    .add("num==2")
    .add("num==1")
    .add("keras==1", { requires: ["tensor"] });
}

const offer = (version: string, more = "") => `
  pseudonyms:
  - name: Cpu
    type: pseudonym
    should_include: {adviser_pipeline: true}
    match: {package_version: {name: tensor, version: ">=2"}}
    run:
      stack_info: [{type: INFO, message: no GPU here, link: cpu}]
      yield: {${version}, package_version: {name: tensor-cpu${more}}}
`;
const same = offer("yield_matched_version: true");

async function advised(
  lines: readonly string[],
  units = same,
  changes: { readonly allow?: boolean; readonly store?: MemoryStore; readonly old?: string } = {},
) {
  const { allow = true, store = universe(), old } = changes;
  const settings = {
    ...noSettings,
    prescriptions: await prescribed(units),
    takePseudonyms: allow,
  };
  const preferred = new Map(old === undefined ? [] : [[packageName(old), "2.2"]]);
  const asked = { ...project(...lines), settings, preferred };
  const { advice } = consult(contextOf(store, asked), { verify: false });
  const said = advice.outcome === "locked" ? advice.product.justifications : [];
  return { text: summary(advice), said: said.map(({ message }) => message) };
}

test("what stands in better for a package that is asked for is taken where that is allowed", async () => {
  const { text, said } = await advised(["tensor", "num"]);

  expect(text).toBe("locked: num==2 tensor-cpu==2.2");
  expect(said).toEqual([
    expect.stringMatching(
      /^tensor-cpu 2\.2 stands in for tensor, which the project asks for \(prescription `own\.Cpu`\); score 1\.0000, 0\.\d{4} without it$/,
    ),
    "no GPU here",
  ]);
});

test("else it is told, with what it would come to", async () => {
  const { text, said } = await advised(["tensor", "num"], same, { allow: false });

  expect(text).toMatch(/^locked: num==\d tensor==2\.\d$/);
  expect(said).toEqual([
    expect.stringMatching(
      /^tensor-cpu 2\.2 is offered in place of tensor 2\.\d \(prescription `own\.Cpu`\): ask for it in its place, or take it with `--pseudonyms`; score 1\.0000, 0\.\d{4} without it$/,
    ),
  ]);
});

test.each([
  ["that others need by the name of the other", ["tensor", "num", "keras"], /keras==1.* tensor==/],
  ["of another range", ["tensor<2", "num"], /^unsatisfiable/],
  ["that the project asks for, too", ["tensor==2.2", "tensor-cpu"], /tensor==2\.2/],
])("a stand-in %s is not taken", async (_, lines, expected) => {
  expect((await advised(lines)).text).toMatch(expected);
});

test("of equal ones the one stays that the old lock pins", async () => {
  const even = new MemoryStore().add("tensor==2.2").add("tensor-cpu==2.2");

  expect((await advised(["tensor"], same, { store: even })).text).toBe("locked: tensor==2.2");
  const kept = await advised(["tensor"], same, { store: even, old: "tensor-cpu" });
  expect(kept.text).toBe("locked: tensor-cpu==2.2");
});

test("a step that prefers the other package speaks for it", async () => {
  const even = new MemoryStore().add("tensor==2.2").add("tensor-cpu==2.2");
  const liked = `${same}
  steps:
  - name: Liked
    type: step
    should_include: {adviser_pipeline: true}
    match: {package_version: {name: tensor-cpu}}
    run: {score: 0.1}
`;

  expect((await advised(["tensor"], liked, { store: even })).text).toBe("locked: tensor-cpu==2.2");
});

test("a locked version stands in where one is listed that it is offered for", async () => {
  const fixed = offer("yield_matched_version: false", ", locked_version: ==2.1");

  expect((await advised(["tensor", "num"], fixed)).text).toContain("tensor-cpu==2.1");
  expect((await advised(["tensor>9", "num"], fixed)).text).toMatch(/^unsatisfiable/);
});

test("where nothing else is a stack the stand-in makes one", async () => {
  const store = new MemoryStore()
    .add("tensor==2.2", { requiresPython: "<3" })
    .add("tensor-cpu==2.2");

  expect((await advised(["tensor"], same, { store })).text).toBe("locked: tensor-cpu==2.2");
});

test("what is not known of a stand-in is asked for only where it may be taken", async () => {
  const store = new MemoryStore().add("tensor==2.2", { requires: [] });

  expect((await advised(["tensor"], same, { store })).text).toMatch(
    /; open: releases of tensor-cpu/,
  );
  expect((await advised(["tensor"], same, { store, allow: false })).text).toBe(
    "locked: tensor==2.2",
  );
});
