import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { loadConfiguration } from "../config.ts";
import type { InstalledFact } from "../model/knowledge.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import type { PageChanges } from "../solver/page-changes.ts";
import { exampleIndex, exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { connect } from "../wiring.ts";
import { type Audience, announceChanges } from "./announce-changes.ts";

const name = packageName("web");
const gone = [{ filename: "web.whl", sha256: "a".repeat(64) }];
const come = [{ filename: "web.whl", sha256: "b".repeat(64) }];
const nothing: PageChanges = {
  name,
  index: exampleIndex,
  released: [],
  returned: [],
  vanished: [],
  packageVanished: false,
  files: [],
};
const everything: PageChanges = {
  ...nothing,
  released: ["3.0rc1", "2.1", "2.0.2", "2.0.1"],
  vanished: ["1.0", "0.9"],
  files: [
    { version: "1.1", gone, come },
    { version: "0.8", gone, come },
  ],
};

test("nobody who neither watches a project nor asked is told of anything", async () => {
  const { announced, services } = await world();

  expect(await announced(everything, "watched")).toEqual([]);
  expect(await services.queue().stats()).toMatchObject({ ready: 0 });
});

test("watched projects are told of what touches their lock, and of newer releases", async () => {
  const { announced, watch } = await world();
  await watch("web", "1.0");

  expect(await announced(everything, "watched")).toEqual([
    "missing_version 1.0",
    "package_released 2.1",
    "package_released 2.0.2",
  ]);
});

test("changed files are told to a project that is locked to them", async () => {
  const { announced, watch } = await world();
  await watch("web", "1.1");

  expect(await announced({ ...everything, released: [] }, "watched")).toEqual([
    "hash_mismatch 1.1",
  ]);
});

test("projects locked to other packages are told of nothing", async () => {
  const { announced, watch } = await world();
  await watch("core", "1.0");

  expect(await announced(everything, "watched")).toEqual([]);
});

test("who asked is told of what vanished, and of more where the package was installed", async () => {
  const { announced, store } = await world();
  const vanished = ["missing_version 1.0", "missing_version 0.9"];

  expect(await announced(everything, "all")).toEqual(vanished);
  store.putInstalled(exampleRelease("web==1.1"), runtimeId("here"), fact);
  expect(await announced(everything, "all")).toEqual([
    ...vanished,
    "hash_mismatch 1.1",
    "package_released 2.1",
    "package_released 2.0.2",
  ]);
});

test("a package that vanished is one message, not one for each release", async () => {
  const { announced, watch } = await world();
  const all = { ...nothing, vanished: ["1.1", "1.0"], packageVanished: true };

  expect(await announced(all, "all")).toEqual(["missing_package"]);
  expect(await announced(all, "watched")).toEqual([]);
  await watch("web", "1.0");
  expect(await announced(all, "watched")).toEqual(["missing_package"]);
});

const fact: InstalledFact = {
  outcome: "ok",
  modules: [],
  tools: {},
  durationMs: 1,
  observedAt: "2026-01-01T00:00:00Z",
};

async function world() {
  const root = temporaryFolder();
  const directory = join(root, "project");
  const environment = { HOME: root, THOTH_STORE: join(root, "store") };
  const configuration = await loadConfiguration({
    flags: {},
    environment,
    projectDirectory: root,
  });
  const { signal } = new AbortController();
  const store = new MemoryStore();
  const services = {
    ...(await connect(configuration, { environment, emit: () => {}, signal })),
    store,
  };
  const settings = { runtime: null, dev: true, write: false, exec: null, addedAt: "2026-01-01" };
  return {
    services,
    store,
    watch: async (locked: string, version: string) => {
      writeFiles(directory, {
        Pipfile: `[packages]\n${locked} = "*"\n`,
        "Pipfile.lock": JSON.stringify({ default: { [locked]: { version: `==${version}` } } }),
      });
      await services.projects.add({ directory, ...settings });
    },
    announced: async (changes: PageChanges, audience: Audience) => {
      const messages = await announceChanges(services, changes, audience);
      return messages.map((one) => {
        const version = "package_version" in one ? ` ${one.package_version}` : "";
        return `${one.type}${version}`;
      });
    },
  };
}
