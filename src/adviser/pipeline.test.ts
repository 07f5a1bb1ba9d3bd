import { expect, test } from "vitest";
import { advisory, contextOf, locked, project } from "../../fixtures/advice.ts";
import { prescribed } from "../../fixtures/prescribed.ts";
import { type AdviceSettings, noSettings } from "../model/advice-settings.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { consult } from "./advise.ts";
import type { AdviceContext } from "./context.ts";
import { Pipeline, pipelineOf, refusesStack } from "./pipeline.ts";
import { builtInUnits } from "./registry.ts";
import type { Boot, Sieve } from "./unit.ts";

function contextWith(
  store: MemoryStore,
  settings: Partial<AdviceSettings> = {},
  changes: Partial<AdviceContext> = {},
): AdviceContext {
  const asked = { ...project("a"), settings: { ...noSettings, ...settings } };
  return contextOf(store, asked, changes);
}

const yankedFirst = () => new MemoryStore().add("a==2", { yanked: "broken" }).add("a==1");
const names = (units: readonly { readonly name: string }[]) => units.map(({ name }) => name);

test("every unit has a name of its own", () => {
  expect(new Set(names(builtInUnits)).size).toBe(builtInUnits.length);
});

test("a unit that is switched off has no say, and every advice warns of that", () => {
  const store = yankedFirst();
  const usual = consult(contextWith(store), { verify: false });
  const blocked = consult(contextWith(store, { blockedUnits: new Set(["yanked"]) }), {
    verify: false,
  });

  expect(locked(usual.advice).pins.get(packageName("a"))?.release.version).toBe("1");
  expect(locked(blocked.advice).pins.get(packageName("a"))?.release.version).toBe("2");
  expect(blocked.notes).toContainEqual({
    type: "WARNING",
    message: "the sieve `yanked` is switched off by `blocked_units`: what it knows is not heeded",
    unit: "yanked",
  });
});

test("each report tells what switched a unit off, and with what others take part", async () => {
  const prescriptions = await prescribed(`
  wraps:
  - {name: Off, type: wrap, should_include: {adviser_pipeline: true, times: 0}, match: {state: {resolved_dependencies: [{name: a}]}}, run: {}}
  - {name: Blocked, type: wrap, should_include: {adviser_pipeline: true}, match: {state: {resolved_dependencies: [{name: a}]}}, run: {}}
  - {name: Labelled, type: wrap, should_include: {adviser_pipeline: true, labels: {team: one}}, match: {state: {resolved_dependencies: [{name: a}]}}, run: {}}
  steps:
  - {name: Older, type: step.Group, should_include: {adviser_pipeline: true, runtime_environments: {python_version: <3}}, match: {group: [{package_version: {name: a}}, {package_version: {name: a}}]}, run: {score: -0.5}}
  - {name: Elsewhere, type: step.SkipPackage, should_include: {adviser_pipeline: true}, match: {package_version: {name: never-met}}}
`);
  const settings = {
    prescriptions,
    blockedUnits: new Set(["own.Blocked", "yanked"]),
    blockedBy: ".thoth.yaml:5:3",
  };
  const { pipeline, notes } = consult(contextWith(yankedFirst(), settings), { verify: false });
  const told = pipeline().flatMap(({ name, kind, state, reason = "" }) =>
    state === "on" ? [] : [`${state} ${kind} ${name}: ${reason}`],
  );

  expect(told).toEqual(
    expect.arrayContaining([
      "blocked sieve yanked: by .thoth.yaml:5:3",
      "idle sieve vulnerable: only with advice of type `security`",
      "blocked wrap own.Off: by `times: 0` at own.yaml:4",
      "blocked wrap own.Blocked: by .thoth.yaml:5:3",
      "idle wrap own.Labelled: only with the label team=one",
      "idle step own.Older: for other runtimes (`python_version`)",
    ]),
  );
  expect(pipeline().map(({ name }) => name)).not.toContain("own.Elsewhere");
  expect(notes.map(({ message }) => message)).toContain(
    "the prescription `own.Blocked` is switched off by .thoth.yaml:5:3: what it knows is not heeded",
  );
});

test("malware is never let in by switching off what knows it", () => {
  const store = new MemoryStore().add("a==2").add("a==1");
  store.known = new Map([["a==2", [advisory("MAL-1", { kind: "malware" })]]]);
  const { advice } = consult(contextWith(store, { blockedUnits: new Set(["malware"]) }), {
    verify: false,
  });

  expect(locked(advice).pins.get(packageName("a"))?.release.version).toBe("1");
});

test("the report counts what each unit removed of the releases that were looked at", () => {
  const blockedUnits = new Set(["version-ranges"]);
  const { pipeline } = consult(contextWith(yankedFirst(), { blockedUnits }), { verify: false });
  const told = new Map(pipeline().map((unit) => [unit.name, unit]));

  expect(told.get("yanked")).toEqual({
    name: "yanked",
    kind: "sieve",
    state: "on",
    count: 1,
    packages: [{ name: "a", count: 1, examples: ["2"] }],
  });
  expect(told.get("malware")).toMatchObject({ state: "on", count: 0, packages: [] });
  expect(told.get("vulnerable")).toMatchObject({ state: "idle" });
  expect(told.get("version-ranges")).toMatchObject({ state: "blocked" });
});

test.each([
  ["latest", []],
  ["testing", []],
  ["stable", ["advisory", "security-indicator"]],
  ["performance", ["advisory", "security-indicator"]],
  ["security", ["security-indicator"]],
] as const)("advice of type %s weighs by %j", (recommendationType, expected) => {
  const context = contextWith(new MemoryStore(), {}, { recommendationType });

  expect(names(pipelineOf(context).about(packageName("a")).steps)).toEqual(expected);
});

test("a unit of one package has a say there only, wherever it was found", () => {
  const [a, b] = [packageName("a"), packageName("b")];
  const own: Sieve = { kind: "sieve", name: "own", package: a, rejects: () => "no" };
  const found: Sieve = { ...own, name: "found" };
  const pipeline = new Pipeline(contextWith(new MemoryStore()), [own], {
    general: [],
    passedOver: new Map(),
    about: (name) => (name === a ? [found] : []),
  });

  expect(names(pipeline.about(a).sieves)).toEqual(["own", "found"]);
  expect(pipeline.about(b).sieves).toEqual([]);
});

test("packages that no unit speaks of in particular share their units", () => {
  const pipeline = pipelineOf(contextWith(new MemoryStore()));

  expect(pipeline.about(packageName("a"))).toBe(pipeline.about(packageName("b")));
});

test("a stack that no stride refuses is accepted", () => {
  const product = { pins: new Map(), notNewest: new Map(), justifications: [] };

  expect(refusesStack(product, contextWith(new MemoryStore()))).toBeUndefined();
});

test("a boot that does not take part says nothing", () => {
  const boot: Boot = {
    kind: "boot",
    name: "never",
    includes: () => false,
    run: () => ({ notes: [], refuses: "never" }),
  };

  expect(new Pipeline(contextWith(new MemoryStore()), [boot]).boots).toEqual([]);
});
