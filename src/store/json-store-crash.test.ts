import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type ChildScript, childScript } from "../../fixtures/killed-child.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { openJsonStore } from "./json-store.ts";

const index = indexUrl("https://index.example/simple");
const rounds = Number(process.env["CRASH_ROUNDS"] ?? 20);

// Writes a page and an observation of release 1.<turn>, flushes them, and says so.
const writer = `
  import { writeSync } from "node:fs";
  import { openJsonStore } from "./src/store/json-store.ts";
  const [folder, runtime, first, count] = process.argv.slice(2);
  const index = "https://index.example/simple";
  const store = openJsonStore(folder);
  for (let turn = Number(first); turn < Number(first) + Number(count); turn += 1) {
    const name = "package-" + (turn % 7);
    const files = [{ filename: name + ".whl", url: "https://files.example/" + "x".repeat(3000) }];
    const versions = Array.from({ length: 40 }, (_, at) => "1." + (turn + 40 - at));
    const releases = versions.map((version) => ({ version, files }));
    store.putPage({ name, index, checkedAt: Date.now(), validators: {}, releases });
    const fact = { outcome: "ok", modules: [], tools: {}, durationMs: turn, observedAt: "2026" };
    store.putInstalled({ name: "shared", version: "1." + turn, index }, runtime, fact);
    store.putSecurity(
      { name: "shared", version: runtime + turn, index },
      { outcome: "scanned", filename: "a.whl", tools: {}, counts: {}, filesAnalyzed: turn, findings: [], alarms: [], observedAt: "2026" },
    );
    await store.flush();
    writeSync(1, turn + "\\n");
  }
`;

let child: ChildScript;
let folder: string;
beforeAll(async () => {
  child = await childScript(writer);
});
afterAll(() => child.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-crash-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test(
  "kill -9 at any moment loses nothing that was flushed and damages no file",
  async () => {
    let first = 0;
    for (let round = 0; round < rounds; round += 1) {
      const writing = child.start(folder, "cp311", String(first), "100000");
      await writing.wrote(1);
      await sleep(Math.random() * 60);
      await writing.kill();
      const last = Number(writing.lines.at(-1));

      const store = openJsonStore(folder);
      expect(await store.verify()).toEqual([]);
      for (let turn = 0; turn <= last; turn += 1) {
        const release = { name: packageName("shared"), version: `1.${turn}`, index };
        expect(store.installed(release, runtimeId("cp311"))?.durationMs).toBe(turn);
      }
      const page = store.releases(packageName(`package-${last % 7}`), index);
      expect(page?.version(page.count - 1)).toBeDefined();
      expect(store.damaged()).toEqual([]);
      await store.close();
      first = last + 1;
    }
  },
  rounds * 5000,
);

test("two processes that write to the same files lose nothing of each other", async () => {
  const writers = ["cp311", "cp312"].map((runtime) => child.start(folder, runtime, "0", "60"));
  expect(await Promise.all(writers.map((one) => one.ended()))).toEqual([0, 0]);
  const store = openJsonStore(folder);
  expect(await store.verify()).toEqual([]);
  for (const runtime of ["cp311", "cp312"]) {
    for (let turn = 0; turn < 60; turn += 1) {
      const release = { name: packageName("shared"), version: `${runtime}${turn}`, index };
      expect(store.security(release, "a.whl")?.filesAnalyzed).toBe(turn);
    }
  }
  // Two steps for each flush that brought news, none lost.
  expect(Number(store.revision().split("-")[0])).toBe(240);
  await store.close();
}, 60_000);
