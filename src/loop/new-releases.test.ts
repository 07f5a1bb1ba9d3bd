import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { loadConfiguration } from "../config.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { exampleIndex, exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { connect, type Services } from "../wiring.ts";
import { isNewToProjects, newReleaseTriggers } from "./new-releases.ts";
import { requestedRuns } from "./requested-runs.ts";

const source = `[[source]]\nname = "example"\nurl = "${exampleIndex}"\nverify_ssl = true\n`;
const core = packageName("core");

interface World {
  readonly services: Services;
  /** Versions that the project is advised anew for where one of core, or `name`, is new. */
  readonly triggered: (
    version: string,
    name?: PackageName,
  ) => Promise<readonly (string | null | undefined)[]>;
}

/** A watched project with these lines under [packages], locked to core 1.0 and web 1.0. */
async function watching(
  store: MemoryStore,
  lines: string,
  lock: string | undefined = '{"default":{"core":{"version":"==1.0"},"web":{"version":"==1.0"}}}',
): Promise<World> {
  const root = temporaryFolder();
  const directory = join(root, "project");
  writeFiles(directory, {
    Pipfile: `${source}\n[packages]\n${lines}\n`,
    ...(lock === "" ? {} : { "Pipfile.lock": lock }),
  });
  const environment = {
    PATH: process.env["PATH"],
    HOME: root,
    THOTH_STORE: join(root, "store"),
    THOTH_CACHE: join(root, "cache"),
  };
  const configuration = await loadConfiguration({
    flags: {},
    environment,
    projectDirectory: directory,
  });
  const { signal } = new AbortController();
  const services = {
    ...(await connect(configuration, { environment, emit: () => {}, signal })),
    store,
  };
  const settings = { runtime: null, dev: true, write: false, exec: null, addedAt: "2026-01-01" };
  await services.projects.add({ directory, ...settings });
  return {
    services,
    triggered: async (version, name = core) => {
      const messages = await newReleaseTriggers(services, name, version);
      return messages.map((one) =>
        one.type === "adviser_trigger" ? one.justification[0]?.package_version : undefined,
      );
    },
  };
}

function known(...requires: readonly string[]): MemoryStore {
  return new MemoryStore().add("core==1.0").add("web==1.0", { requires: ["core", ...requires] });
}

test.each([
  ["that everyone admits", 'web = "*"', "core>0", ["2.0"]],
  ["that the Pipfile excludes", 'web = "*"\ncore = "<2"', "core>0", []],
  ["that a locked dependent excludes", 'web = "*"', "core<2", []],
  [
    "whose exclusion holds on another Python only",
    'web = "*"',
    "core<2; python_version<'3'",
    ["2.0"],
  ],
])("a release %s", async (_what, lines, requirement, expected) => {
  const { triggered } = await watching(known(requirement).add("core==2.0"), lines);

  expect(await triggered("2.0")).toEqual(expected);
});

test("a pre-release and a yanked release call for nothing, as the adviser takes neither", async () => {
  const store = known().add("core==2.0rc1").add("core==1.5", { yanked: "broken" });
  const { triggered } = await watching(store, 'web = "*"');

  expect(await triggered("2.0rc1")).toEqual([]);
  expect(await triggered("1.5")).toEqual([]);
});

test("a release for another Python calls for nothing", async () => {
  const store = known().add("core==2.0", { requiresPython: "<3" });
  const { triggered } = await watching(store, 'web = "*"');

  expect(await triggered("2.0")).toEqual([]);
});

test("a release whose metadata is not known may be chosen", async () => {
  const { triggered } = await watching(known().add("core==2.0", { requires: false }), 'web = "*"');

  expect(await triggered("2.0")).toEqual(["2.0"]);
});

test("a release that needs a newer dependent waits for that one's own call", async () => {
  const store = known("core<2")
    .add("core==2.0")
    .add("web==2.0", { requires: ["core>=2"] });
  const { triggered } = await watching(store, 'web = "*"');

  expect(await triggered("2.0")).toEqual([]);
  expect(await triggered("2.0", packageName("web"))).toEqual(["2.0"]);
});

test("the trigger names what the project would move to, and a run for that is not repeated", async () => {
  const store = known().add("core==2.0").add("core==3.0");
  const { triggered, services } = await watching(store, 'web = "*"');

  expect(await triggered("2.0")).toEqual(["3.0"]);
  const messages = await newReleaseTriggers(services, core, "2.0");
  const triggers = messages.filter((one) => one.type === "adviser_trigger");
  for (const { run } of requestedRuns(triggers, services)) await services.runs.put(run);
  expect(await triggered("3.0")).toEqual([]);
  expect(await triggered("2.0")).toEqual([]);
});

test.each([
  ["1.0", false],
  ["0.9", false],
  ["1.1", true],
  ["no version", false],
])("core %s is new to a project that is locked to 1.0: %s", async (version, expected) => {
  const { services } = await watching(known(), 'web = "*"');

  const release = { name: core, version, index: exampleIndex };
  expect(isNewToProjects(services, release)).toBe(expected);
});

test.each([
  ["a lock that can't be read may be older than any release", "{", true],
  ["without a lock there is nothing to move", "", false],
])("%s", async (_what, lock, expected) => {
  const { services, triggered } = await watching(known().add("core==2.0"), 'web = "*"', lock);

  expect(isNewToProjects(services, exampleRelease("core==2.0"))).toBe(expected);
  expect(await triggered("2.0")).toEqual(expected ? ["2.0"] : []);
});
