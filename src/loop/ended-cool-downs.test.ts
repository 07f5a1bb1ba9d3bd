import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { loadConfiguration } from "../config.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { connect } from "../wiring.ts";
import { endedCoolDowns } from "./ended-cool-downs.ts";
import { requestedRuns } from "./requested-runs.ts";

const pipfile = `[[source]]\nname = "example"\nurl = "${exampleIndex}"\nverify_ssl = true\n
[packages]\ncore = "*"\n`;

/** A project that is watched since 20 June 2026 with a cool-down of 7 days, locked to core 1.0. */
async function watching(store: MemoryStore, policy = '[policy]\ncool-down = "7d"\n') {
  const root = temporaryFolder();
  const directory = join(root, "project");
  const lock = '{"default":{"core":{"version":"==1.0"}}}';
  writeFiles(directory, { Pipfile: pipfile, "Pipfile.lock": lock, "thoth.toml": policy });
  const environment = {
    PATH: process.env["PATH"],
    HOME: root,
    THOTH_STORE: join(root, "store"),
    THOTH_CACHE: join(root, "cache"),
  };
  const sources = { flags: {}, environment, projectDirectory: directory };
  const { signal } = new AbortController();
  const wanted = { environment, emit: () => {}, signal };
  const services = { ...(await connect(await loadConfiguration(sources), wanted)), store };
  const plain = { runtime: null, dev: true, write: false, exec: null };
  await services.projects.add({ directory, ...plain, addedAt: "2026-06-20T00:00:00Z" });
  const on = (day: string) => ({ ...services, now: () => Date.parse(`${day}T12:00:00Z`) });
  return { services, on };
}

const old = { uploadedAt: "2026-01-01T00:00:00Z" };

test("a release is asked about on the day on which its cool-down ends, and once", async () => {
  const store = new MemoryStore()
    .add("core==1.0", old)
    .add("core==2.0", { uploadedAt: "2026-06-18T00:00:00Z" });
  const { on, services } = await watching(store);

  expect(await endedCoolDowns(on("2026-06-24"))).toEqual([]);
  const [trigger, ...others] = await endedCoolDowns(on("2026-06-26"));
  expect(trigger).toMatchObject({
    justification: [{ type: "new-release", package_name: "core", package_version: "2.0" }],
  });
  expect(others).toEqual([]);

  if (trigger?.type !== "adviser_trigger") throw new Error("no trigger");
  const [request] = requestedRuns([trigger], services);
  if (request === undefined) throw new Error("no run");
  await services.runs.put({ ...request.run, state: "done", outcome: "locked", waitingFor: [] });
  expect(await endedCoolDowns(on("2026-06-27"))).toEqual([]);
});

test.each([
  ["without a cool-down", "2026-06-18", ""],
  ["that was old enough before the project was watched", "2026-06-01", undefined],
])("a release %s is no business of this", async (_what, day, policy) => {
  const store = new MemoryStore()
    .add("core==1.0", old)
    .add("core==2.0", { uploadedAt: `${day}T00:00:00Z` });
  const { on } = await watching(store, policy);

  expect(await endedCoolDowns(on("2026-06-26"))).toEqual([]);
});
