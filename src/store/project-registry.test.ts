import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { openProjectRegistry } from "./project-registry.ts";

function project(directory: string, changes: Partial<WatchedProject> = {}): WatchedProject {
  const addedAt = "2026-11-24T05:00:00Z";
  return { directory, runtime: null, dev: true, write: false, exec: null, addedAt, ...changes };
}

test("projects are remembered across processes, in their order", async () => {
  const store = temporaryFolder();
  await openProjectRegistry(store).add(project("/a"));
  await openProjectRegistry(store).add(project("/b", { runtime: "r", exec: "make pr" }));

  expect(openProjectRegistry(store).all()).toEqual([
    project("/a"),
    project("/b", { runtime: "r", exec: "make pr" }),
  ]);
});

test("a project that is added again takes its own place", async () => {
  const registry = openProjectRegistry(temporaryFolder());
  await registry.add(project("/a"));
  await registry.add(project("/b"));
  await registry.add(project("/a", { write: true }));

  expect(registry.all()).toEqual([project("/a", { write: true }), project("/b")]);
});

test("a removed project is gone, and one that was never there is said to be", async () => {
  const registry = openProjectRegistry(temporaryFolder());
  await registry.add(project("/a"));

  expect(await registry.remove("/a")).toBe(true);
  expect(await registry.remove("/a")).toBe(false);
  expect(registry.all()).toEqual([]);
});

test("many at once lose nothing", async () => {
  const store = temporaryFolder();
  const names = Array.from({ length: 20 }, (_, at) => `/p${at}`);
  await Promise.all(names.map((name) => openProjectRegistry(store).add(project(name))));

  const found = openProjectRegistry(store)
    .all()
    .map(({ directory }) => directory);
  expect(found.sort()).toEqual(names.sort());
});

test.each([
  ["no JSON", "{"],
  ["no list", "{}"],
  ["an entry without a directory", '{"schema":"1.0.0","projects":[{"runtime":null}]}'],
])("a file that holds %s is never taken for an empty list", async (_what, text) => {
  const store = temporaryFolder();
  writeFiles(store, { "projects.json": text });
  const registry = openProjectRegistry(store);

  expect(() => registry.all()).toThrow(expect.objectContaining({ code: "store-damaged" }));
  await expect(registry.add(project("/a"))).rejects.toMatchObject({ code: "store-damaged" });
  expect(readFileSync(join(store, "projects.json"), "utf8")).toBe(text);
});

test("a list of a later Thoth is left alone", async () => {
  const store = temporaryFolder();
  const text = `{"schema":"2.0.0","projects":[]}`;
  writeFileSync(join(store, "projects.json"), text);

  await expect(openProjectRegistry(store).add(project("/a"))).rejects.toMatchObject({
    code: "store-damaged",
  });
  expect(readFileSync(join(store, "projects.json"), "utf8")).toBe(text);
});
