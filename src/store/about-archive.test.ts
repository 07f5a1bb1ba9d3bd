import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { openJsonStore } from "./json-store.ts";
import { exportKnowledge } from "./knowledge-export.ts";
import { importKnowledge } from "./knowledge-import.ts";
import { examplePage } from "./store-example.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const now = Date.UTC(2026, 5, 1);

test("what is said of a project travels in an archive, its status too", async () => {
  const folder = temporaryFolder();
  const [from, to, output] = ["from", "to", "archive"].map((name) => join(folder, name));
  if (from === undefined || to === undefined || output === undefined) throw new Error(folder);
  const store = openJsonStore(from);
  const status = { state: "deprecated", reason: "use quart" } as const;
  store.putPage({ ...examplePage(Date.UTC(2026, 0, 2), "3.0.3"), status });
  const observedAt = "2026-01-02T00:00:00Z";
  const lists = { licenseFiles: ["LICENSE"], classifiers: ["Typing :: Typed"], links: [] };
  const about = { from: "index", people: ["ada"], ...lists, observedAt } as const;
  const repository = {
    from: "repository",
    service: "github",
    repository: "pallets/flask",
    stars: 1,
    observedAt,
  } as const;
  store.putAbout(flask, index, about);
  store.putAbout(flask, index, repository);
  await store.flush();
  await store.close();

  const { signal } = new AbortController();
  await exportKnowledge({ store: from, output, since: [], program: "1.2.3", now, signal });
  const onStage = () => undefined;
  await importKnowledge({ store: to, archive: output, verifyOnly: false, now, signal, onStage });

  const view = openJsonStore(to);
  expect(view.about(flask, index)).toEqual(about);
  expect(view.repository(flask, index)).toEqual(repository);
  expect(view.releases(flask, index)?.status).toEqual(status);
  expect(await view.verify()).toEqual([]);
  await view.close();
});
