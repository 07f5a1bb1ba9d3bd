import { expect, test } from "vitest";
import { contextOf, project } from "../../fixtures/advice.ts";
import type { Project } from "../model/project.ts";
import type { LockedPin } from "../model/stack-graph.ts";
import { packageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { pathsTo, stackGraph } from "./stack-graph.ts";
import { whyIn } from "./why.ts";
import { type LockedStack, WhyNot } from "./why-not.ts";

/** A locked stack: releases as `name==version`, and what the Pipfile asks for. */
function stackOf(store: MemoryStore, demands: Project, ...releases: string[]): LockedStack {
  const pins = releases.map((text): LockedPin => {
    const [name = "", version] = text.split("==");
    return { name: packageName(name), version, categories: ["packages"] };
  });
  const context = contextOf(store, demands);
  const locked = new Map(pins.map(({ name, version = "" }) => [name, version]));
  return { context, graph: stackGraph(context, pins), locked };
}

function verdict(stack: LockedStack, release: string) {
  const [name = "", version = ""] = release.split("==");
  const parsed = parseVersion(version);
  if (parsed === undefined) throw new Error(version);
  return new WhyNot(stack, packageName(name)).verdictOn(parsed, true);
}

const web = () =>
  new MemoryStore()
    .add("web==1", { requires: ["core<2"] })
    .add("web==2", { requires: ["core"] })
    .add("core==1")
    .add("core==2")
    .add("core==3rc1");

test("a line of the Pipfile excludes a release, and what would be without it is tried", () => {
  const stack = stackOf(web(), project("web==1"), "web==1", "core==1");

  expect(verdict(stack, "web==2")).toEqual({
    rule: "demand",
    demands: [{ by: "Pipfile:1", text: "web ==1" }],
    opened: {
      outcome: "possible",
      changes: [{ name: "web", from: "1", to: "2", downgrade: false }],
      worse: [],
    },
  });
});

test("what a locked release excludes is had if that release may move, and says what moves", () => {
  const stack = stackOf(web(), project("web"), "web==1", "core==1");

  expect(verdict(stack, "core==2")).toMatchObject({
    rule: "demand",
    demands: [{ by: "web==1", text: "core <2" }],
    forced: {
      changes: [
        { name: "core", from: "1", to: "2" },
        { name: "web", from: "1", to: "2" },
      ],
    },
  });
});

test("a release is told to lead to a conflict only where a search proves it", () => {
  const stack = stackOf(web(), project("web<2", "core"), "web==1", "core==1");

  expect(verdict(stack, "core==2")).toMatchObject({
    rule: "conflict",
    demands: [{ by: "web==1", text: "core <2" }],
    headline: "no version of core satisfies everyone",
    story: ["web 1 needs core <2"],
  });
});

test("what nothing excludes stays away since the lock keeps what it has", () => {
  const store = new MemoryStore().add("core==1").add("core==2");
  const stack = stackOf(store, project("core"), "core==1");

  expect(verdict(stack, "core==2")).toMatchObject({ rule: "kept", demands: [], objections: [] });
  expect(whyIn(stack, packageName("core"))).toMatchObject({
    rule: "kept",
    reason: "2 would fit, too, but a lock keeps what it has, so 1 stays",
  });
});

test("a missing fact is told as such, never as a no", () => {
  const store = new MemoryStore().add("core==1").add("core==2", { requires: false });
  const stack = stackOf(store, project("core"), "core==1");

  expect(verdict(stack, "core==2")).toMatchObject({
    rule: "unknown",
    gaps: ["metadata of core==2 (needed by the search)"],
  });
});

test("a pre-release that nobody asked for, a version that nobody listed, and the pin itself", () => {
  const stack = stackOf(web(), project("web"), "web==2", "core==2");
  const [newest] = new WhyNot(stack, packageName("core")).newer();

  expect(newest).toEqual({ version: "3rc1", verdict: { rule: "pre-release" } });
  expect(verdict(stack, "core==9")).toMatchObject({ rule: "no-such-release" });
  expect(verdict(stack, "core==2")).toEqual({ rule: "in-the-stack" });
});

test("every line that brings a package in is named, with a shortest way, the shortest first", () => {
  const stack = stackOf(web(), project("web", "core"), "web==2", "core==2");
  const paths = pathsTo(stack.graph, packageName("core"));

  expect(paths.map((path) => path.map(({ by, text }) => `${by} ${text}`))).toEqual([
    ["Pipfile:2 core *"],
    ["Pipfile:1 web *", "web==2 core"],
  ]);
});

test("what comes with an extra and what needs itself in a circle are followed once", () => {
  const store = new MemoryStore()
    .add("kit==1", { requires: ['tool; extra == "all"', "ring"], extras: ["all"] })
    .add("tool==1")
    .add("ring==1", { requires: ["kit"] });
  const stack = stackOf(store, project("kit[all]"), "kit==1", "tool==1", "ring==1");

  expect(whyIn(stack, packageName("tool"))).toMatchObject({
    rule: "newest",
    paths: [[{ by: "Pipfile:1" }, { by: "kit==1", extra: "all" }]],
  });
  expect(stack.graph.nodes.get(packageName("ring"))?.needs).toHaveLength(1);
});

test("a release whose metadata nobody knows is marked, so that nothing is said to need nothing", () => {
  const store = new MemoryStore().add("web==1", { requires: false }).add("core==1");
  const stack = stackOf(store, project("web"), "web==1", "core==1");

  expect(stack.graph.nodes.get(packageName("web"))?.unknown).toBe("its metadata is not known");
  expect(whyIn(stack, packageName("core"))).toMatchObject({ paths: [], unsure: ["web"] });
  expect(whyIn(stack, packageName("other"))).toBeUndefined();
});
