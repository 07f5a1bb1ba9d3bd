import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChildScript, childScript } from "../../fixtures/killed-child.ts";
import { packageName } from "../python/name.ts";
import { openJsonStore } from "./json-store.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 10);
const packages = 300;

// Imports one database after the other; all records of one name the same version as fixed.
const importer = `
  import { writeSync } from "node:fs";
  import { AdvisoryCollector } from "./src/advisory/database.ts";
  import { importAdvisories } from "./src/store/advisory-import.ts";
  const [store] = process.argv.slice(2);
  for (let turn = 1; turn < 100000; turn += 1) {
    const collector = new AdvisoryCollector();
    for (let at = 0; at < ${packages}; at += 1) {
      const events = [{ introduced: "0" }, { fixed: "100." + turn }];
      const affected = [
        { package: { ecosystem: "PyPI", name: "core-" + at }, ranges: [{ type: "ECOSYSTEM", events }] },
      ];
      collector.add("x", { id: "X-" + at, published: "2026-01-01T00:00:00Z", affected }, "");
    }
    const collection = collector.collected(Date.now());
    await importAdvisories({ store, collection, source: "x", now: turn, untold: [] });
    writeSync(1, turn + "\\n");
  }
`;

let child: ChildScript;
beforeAll(async () => {
  child = await childScript(importer);
});
afterAll(() => child.remove());

/** The versions that the records of a store name as fixed. */
function fixedIn(folder: string): readonly string[] {
  const store = openJsonStore(folder);
  const found = Array.from({ length: packages }, (_, at) => {
    const [match] = store.advisories(packageName(`core-${at}`), "1.0") ?? [];
    return match?.fixed.join() ?? "nothing";
  });
  expect(store.damaged()).toEqual([]);
  return [...new Set(found)];
}

test(
  "kill -9 at any moment leaves the old database or the new one, and readers see one of them",
  async () => {
    const folder = join(tmpdir(), `thoth-advisory-crash-${process.pid}`);
    try {
      for (let round = 0; round < rounds; round += 1) {
        const importing = child.start(folder);
        await importing.wrote(1);
        for (let look = 0; look < 5; look += 1) expect(fixedIn(folder)).toHaveLength(1);
        await sleep(Math.random() * 40);
        await importing.kill();

        expect(await openJsonStore(folder).verify()).toEqual([]);
        const fixed = fixedIn(folder);
        expect(fixed).toHaveLength(1);
        const last = Number(importing.lines.at(-1));
        expect([`100.${last}`, `100.${last + 1}`]).toContain(fixed[0]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  rounds * 5000,
);
