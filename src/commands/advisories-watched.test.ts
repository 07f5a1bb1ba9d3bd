import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExampleRecord, osvRecord, osvZip } from "../../fixtures/advisories.ts";
import { readFiles } from "../../fixtures/folder.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { AdvisoryCollector } from "../advisory/database.ts";
import { importAdvisories } from "../store/advisory-import.ts";

const known: ExampleRecord = { id: "PYSEC-2026-1", events: ["introduced 0", "fixed 1.2"] };
const elsewhere: ExampleRecord = { id: "PYSEC-2026-9", name: "other", events: ["introduced 0"] };

/** A project that is locked to core 1.1 and watched; 1.2 has come out since. */
async function watched() {
  const index = await servedIndex([wheel({ name: "core", version: "1.1" })]);
  const project = makeProject({ pipfile: '[packages]\ncore = "*"\n' });
  const run = (...args: readonly string[]) =>
    thoth(project, args, { index: index.url, env: { THOTH_FRESHNESS: "0" } });
  expect((await run("advise", "--verify", "none")).exitCode).toBe(0);
  expect((await run("watch", ".")).exitCode).toBe(0);
  index.add(wheel({ name: "core", version: "1.2" }));
  const update = async (records: readonly ExampleRecord[]) => {
    writeFileSync(join(project.home, "all.zip"), osvZip(records));
    const { stdout } = await run(
      "advisories",
      "update",
      "--json",
      "--from",
      `${project.home}/all.zip`,
    );
    const told: unknown = JSON.parse(stdout).told;
    return told;
  };
  const queued = async () => (await run("queue", "list", "--type", "cve_provided")).stdout;
  return { project, index, run, update, queued };
}

const news = [{ name: "core", version: "1.1" }];

test("an update that has news of a lock leads to a report for its project", async () => {
  const { project, run, update } = await watched();

  expect(await update([elsewhere])).toEqual([]);
  expect(await update([elsewhere, known])).toEqual(news);
  expect(await run("investigate")).toMatchObject({ exitCode: 0 });

  const [id = "", ...others] = readdirSync(join(project.store, "runs"));
  expect(others).toEqual([]);
  expect(readFiles(join(project.store, "runs", id))["report.md"]).toContain(
    "- **Advisory**: an advisory applies to core 1.1; the lock moves from 1.1 to 1.2\n",
  );
});

test("the same advisory is no news twice; one that says more is", async () => {
  const { update, queued } = await watched();

  expect(await update([known])).toEqual(news);
  expect(await queued()).toContain("core 1.1");
  expect(await update([known])).toEqual([]);
  expect(await update([known, elsewhere])).toEqual([]);
  expect(await update([{ ...known, events: ["introduced 0"] }])).toEqual(news);
});

test("killed before it told anybody, an update leaves that to the next one", async () => {
  const { project, update, queued } = await watched();
  const collector = new AdvisoryCollector();
  collector.add("PYSEC-2026-1.json", osvRecord(known), "");
  await importAdvisories({
    store: project.store,
    collection: collector.collected(Date.now()),
    source: "all.zip",
    now: Date.now(),
    untold: news,
  });
  expect(await queued()).not.toContain("core 1.1");

  expect(await update([known])).toEqual(news);

  expect(await queued()).toContain("core 1.1");
  expect(await update([known])).toEqual([]);
});
