import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChildScript, childScript } from "../../fixtures/killed-child.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { openJsonStore } from "./json-store.ts";
import { exportKnowledge } from "./knowledge-export.ts";
import { examplePage } from "./store-example.ts";

const index = indexUrl("https://index.example/simple");
const rounds = Number(process.env["CRASH_ROUNDS"] ?? 6);
const packages = 500;

// Imports an archive, and says when it begins to change the store and when it is done.
const importer = `
  import { writeSync } from "node:fs";
  import { importKnowledge } from "./src/store/knowledge-import.ts";
  const [store, archive] = process.argv.slice(2);
  const signal = new AbortController().signal;
  const onStage = (stage) => writeSync(1, stage + "\\n");
  const now = Date.parse("2026-06-01");
  const { merged } = await importKnowledge({ store, archive, verifyOnly: false, now, signal, onStage });
  writeSync(1, JSON.stringify(merged) + "\\n");
`;

let child: ChildScript;
let root: string;
let archive: string;
beforeAll(async () => {
  child = await childScript(importer);
  root = mkdtempSync(join(tmpdir(), "thoth-import-crash-"));
  archive = join(root, "a.tar.gz");
  const store = openJsonStore(join(root, "from"));
  for (let at = 0; at < packages; at += 1) {
    const name = packageName(`package-${at}`);
    store.putPage({ ...examplePage(Date.UTC(2026, 0, 1), "2.0", "1.0"), name });
    store.putMetadata({ name, version: "2.0", index }, "a.whl", {
      state: "known",
      requires: [],
      extras: [],
      via: "range",
      observedAt: "2026-01-02T03:04:05.000Z",
    });
  }
  await store.flush();
  const request = { store: join(root, "from"), output: archive, since: [], program: "1" };
  const { signal } = new AbortController();
  await exportKnowledge({ ...request, now: Date.UTC(2026, 5, 1), signal });
}, 60_000);
afterAll(() => {
  child.remove();
  rmSync(root, { recursive: true });
}, 60_000);

function knowledgeOf(store: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(store, "packages"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .sort();
  return new Map(files.map((path) => [path, readFileSync(join(store, "packages", path), "utf8")]));
}

test(
  "an import that is killed leaves a store that is whole, and run again brings the rest",
  async () => {
    const to = join(root, "to");
    for (let round = 0; round < rounds; round += 1) {
      const importing = child.start(to, archive);
      await importing.wrote(2);
      await sleep(Math.random() * 200);
      await importing.kill();
      const store = openJsonStore(to);
      expect(await store.verify()).toEqual([]);
      const known = store.packages().length;
      await store.close();
      if (known === packages) rmSync(to, { recursive: true });
    }

    const last = child.start(to, archive);
    expect(await last.ended()).toBe(0);

    expect(knowledgeOf(to)).toEqual(knowledgeOf(join(root, "from")));
  },
  rounds * 10_000 + 30_000,
);

test("two imports at once into one store, and both bring everything", async () => {
  const to = join(root, "both");
  const imports = [child.start(to, archive), child.start(to, archive)];
  expect(await Promise.all(imports.map((one) => one.ended()))).toEqual([0, 0]);
  expect(knowledgeOf(to)).toEqual(knowledgeOf(join(root, "from")));
  expect(await openJsonStore(to).verify()).toEqual([]);
}, 60_000);
