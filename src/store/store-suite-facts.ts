import { expect, test } from "vitest";
import type { InstalledFact, MetadataFact, PerformanceFact } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { examplePage, exampleScan, type StoreUnderTest } from "./store-example.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const runtime = runtimeId("linux-glibc236-x86_64-cp311");
const flask303 = { name: flask, version: "3.0.3", index };
const wheel = "flask-3.0.3-py3-none-any.whl";
const observedAt = "2026-01-02T03:04:05Z";

const metadata: MetadataFact = {
  state: "known",
  requires: ["Werkzeug>=3.0.0", 'importlib-metadata>=3.6.0; python_version < "3.10"'],
  requiresPython: ">=3.8",
  extras: ["async"],
  via: "metadata-file",
  observedAt,
};
const failure: MetadataFact = {
  state: "failed",
  reason: "build-failed",
  detail: "naïve “setup.py”",
  observedAt: "2026-02-02T00:00:00Z",
};
const installed: InstalledFact = {
  outcome: "ok",
  modules: ["flask"],
  tools: { pip: "23.2.1" },
  durationMs: 1200,
  observedAt,
};
const security = exampleScan(wheel, "1".repeat(64));

function inspected(inspection: string, wallMs: number): PerformanceFact {
  const [script, lock] = ["1".repeat(64), "2".repeat(64)];
  const figures = { ok: true, wallMs, userMs: 5, maxMemoryBytes: 9_000_000, cpu: "a processor" };
  return { inspections: [{ inspection, ...figures, script, lock, observedAt }], observedAt };
}

/** Part of the suite: facts of single releases. */
export function factRules(world: () => StoreUnderTest): void {
  test.each(["before the flush", "after the flush", "in the next process"])(
    "facts are seen %s",
    async (when) => {
      const { store, reopen } = world();
      const source = {
        name: flask,
        version: "3.0.3",
        commit: "0".repeat(40),
        requires: [],
        extras: [],
        observedAt,
      };
      store.putMetadata(flask303, wheel, metadata);
      store.putMetadata(flask303, "flask-3.0.3.tar.gz", failure);
      store.putInstalled(flask303, runtime, installed);
      store.putSecurity(flask303, security);
      store.putSource("git https://git.example/flask.git main", source);
      if (when !== "before the flush") await store.flush();
      const view = when === "in the next process" ? reopen() : store;

      expect(view.metadata(flask303, wheel)).toEqual(metadata);
      expect(view.metadata(flask303, "flask-3.0.3.tar.gz")).toEqual(failure);
      expect(view.metadata(flask303, "other.whl")).toBeUndefined();
      expect(view.metadata({ ...flask303, version: "3.0" }, wheel)).toBeUndefined();
      expect(view.installed(flask303, runtime)).toEqual(installed);
      expect(view.installed(flask303, runtimeId("../../other"))).toBeUndefined();
      expect(view.security(flask303, wheel)).toEqual(security);
      expect(view.security(flask303, "flask-3.0.3.tar.gz")).toBeUndefined();
      expect(view.source("git https://git.example/flask.git main")).toEqual(source);
      expect(view.source("git https://git.example/flask.git")).toBeUndefined();
      await view.close();
    },
  );
}

/** What is said of a package as a whole. */
function aboutRules(world: () => StoreUnderTest): void {
  test("what an index and a Git service say of a package are two facts of one file", async () => {
    const { store, reopen } = world();
    const lists = { classifiers: ["Typing :: Typed"], licenseFiles: [], links: [] };
    const own = { from: "index", version: "3.0.3", ...lists, observedAt } as const;
    const repository = {
      from: "repository",
      service: "github",
      repository: "pallets/flask",
      archived: false,
      observedAt,
    } as const;
    store.putAbout(flask, index, own);
    store.putAbout(flask, index, repository);
    await store.flush();
    store.putAbout(flask, index, { ...own, version: "3.0.2", observedAt: "2025-01-01T00:00:00Z" });
    await store.flush();
    const view = reopen();

    expect(view.about(flask, index)).toEqual(own);
    expect(view.repository(flask, index)).toEqual(repository);
    expect(view.about(packageName("flas"), index)).toBeUndefined();
    expect(await view.verify()).toEqual([]);
    await view.close();
  });

  test("the status of a project stays until a page says otherwise", async () => {
    const { store, reopen } = world();
    const status = { state: "archived", reason: "see “quart”" } as const;
    store.putPage({ ...examplePage(1, "3.0.3"), status });
    await store.flush();
    store.confirmPage(flask, index, 5);
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)?.status).toEqual(status);
    expect(view.page(flask, index)?.status).toEqual(status);
    await view.close();
    const before = store.revision();
    store.putPage(examplePage(9, "3.0.3"));
    await store.flush();
    expect(store.releases(flask, index)?.status).toBeUndefined();
    expect(store.revision()).not.toBe(before);
  });
}

/** Who published a file. */
function attestationRules(world: () => StoreUnderTest): void {
  test("what attestations said is kept by file; reading it again without verifying takes nothing back", async () => {
    const { store, reopen } = world();
    const sha256 = "1".repeat(64);
    const said = {
      filename: "flask-3.0.3.tar.gz",
      publishers: [{ kind: "GitHub", repository: "pallets/flask", workflow: "publish.yaml" }],
      predicates: ["https://slsa.dev/provenance/v1"],
      observedAt: "2026-02-01T00:00:00Z",
    };
    const verified = { ...said, verifiedWith: "2".repeat(64), observedAt };
    store.putAttestation(flask303, sha256, verified);
    await store.flush();
    store.putAttestation(flask303, sha256, said);
    await store.flush();
    const view = reopen();
    expect(view.attestation(flask303, sha256)).toEqual(verified);
    expect(view.attestation(flask303, "3".repeat(64))).toBeUndefined();
    expect(await view.verify()).toEqual([]);
    await view.close();
    store.putAttestation(flask303, sha256, { ...said, publishers: [{ kind: "GitLab" }] });
    expect(store.attestation(flask303, sha256)).not.toHaveProperty("verifiedWith");
  });
}

/** Metadata that had to be built, on two runtimes. */
function buildRules(world: () => StoreUnderTest): void {
  const sdist = "flask-3.0.3.tar.gz";
  const other = runtimeId("linux-glibc236-x86_64-cp312");
  const builtOn = (where: typeof runtime, requires: readonly string[]): MetadataFact => {
    return { state: "known", requires, extras: [], via: "build", runtime: where, observedAt };
  };
  const [here, there] = [builtOn(runtime, ["a"]), builtOn(other, ["b"])];

  test("each runtime keeps what was built on it, and knows nothing of the other's", async () => {
    const { store, reopen } = world();
    store.putMetadata(flask303, sdist, here);
    await store.flush();
    expect(store.metadata(flask303, sdist, other)).toBeUndefined();
    store.putMetadata(flask303, sdist, there);
    await store.flush();
    const view = reopen();
    expect(view.metadata(flask303, sdist, runtime)).toEqual(here);
    expect(view.metadata(flask303, sdist, other)).toEqual(there);
    expect(view.metadata(flask303, sdist)).toBeUndefined();
    await view.close();
  });

  test("builds of a file that is gone are forgotten, all of them", async () => {
    const { store, reopen } = world();
    for (const fact of [here, there]) store.putMetadata(flask303, sdist, fact);
    await store.flush();
    const gone = [{ filename: sdist, sha256: "0".repeat(64) }];
    store.forgetOutdated(flask303, { gone, come: [] });
    await store.flush();
    const view = reopen();
    for (const { runtime: where } of [here, there])
      expect(view.metadata(flask303, sdist, where)).toBeUndefined();
    await view.close();
  });
}

export function mergeRules(world: () => StoreUnderTest): void {
  inspectionRules(world);
  aboutRules(world);
  attestationRules(world);
  buildRules(world);
  test("of two observations the later one stays", async () => {
    const { store } = world();
    const later = { ...installed, outcome: "failed", observedAt: "2026-05-01T00:00:00Z" } as const;
    store.putInstalled(flask303, runtime, later);
    await store.flush();
    store.putInstalled(flask303, runtime, installed);
    expect(store.installed(flask303, runtime)).toEqual(later);
    await store.flush();
    expect(store.installed(flask303, runtime)).toEqual(later);
  });

  test("beside what a release did not import stays known once it did beside something else", async () => {
    const { store } = world();
    const apartFrom = [{ name: flask, version: "2.0" }];
    const failed = { ...installed, outcome: "failed", failure: "import-abi", apartFrom } as const;
    const later = { ...installed, observedAt: "2026-05-01T00:00:00Z" };
    store.putInstalled(flask303, runtime, failed);
    await store.flush();
    store.putInstalled(flask303, runtime, later);
    expect(store.installed(flask303, runtime)).toEqual({ ...later, apartFrom });
  });

  test("metadata that is known is not taken back by a later failure to read it", async () => {
    const { store } = world();
    store.putMetadata(flask303, wheel, metadata);
    await store.flush();
    store.putMetadata(flask303, wheel, failure);
    await store.flush();
    expect(store.metadata(flask303, wheel)).toEqual(metadata);
  });

  test("the same package of two indexes are two", async () => {
    const { store, reopen } = world();
    const other = indexUrl("https://other.example/Simple");
    store.putPage(examplePage(1, "3.0.3"));
    store.putPage({ ...examplePage(2, "6.6.6"), index: other });
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)?.version(0)).toBe("3.0.3");
    expect(view.releases(flask, other)?.version(0)).toBe("6.6.6");
    expect(view.packages()).toEqual([
      { name: flask, index },
      { name: flask, index: other },
    ]);
    expect([store.indexes(flask), view.indexes(flask)]).toEqual(Array(2).fill([index, other]));
    expect(view.indexes(packageName("flas"))).toEqual([]);
    expect(await view.count()).toEqual({ packages: 2, releases: 2 });
    await view.close();
  });
}

function inspectionRules(world: () => StoreUnderTest): void {
  test("inspections are kept side by side, and a repeated one takes its own place", async () => {
    const { store, reopen } = world();
    for (const [id, wallMs] of [
      ["one", 20],
      ["two", 30],
      ["one", 10],
    ] as const) {
      store.putPerformance(flask303, runtime, inspected(id, wallMs));
      await store.flush();
    }
    const view = reopen();

    const found = view.performance(flask303, runtime);

    expect(found?.inspections.map(({ inspection, wallMs }) => [inspection, wallMs])).toEqual([
      ["two", 30],
      ["one", 10],
    ]);
    expect(view.performance(flask303, runtimeId("other"))).toBeUndefined();
    await view.close();
  });
}

export function revisionRules(world: () => StoreUnderTest): void {
  test("the revision changes with a flush that changed something, and with no other", async () => {
    const { store, reopen } = world();
    const revisions = [store.revision()];
    const flush = async () => {
      await store.flush();
      const view = reopen();
      expect(view.revision()).toBe(store.revision());
      await view.close();
      revisions.push(store.revision());
    };
    store.putPage(examplePage(1, "3.0.3"));
    await flush();
    store.putMetadata(flask303, wheel, metadata);
    await flush();
    expect(new Set(revisions).size).toBe(3);
    store.putMetadata(flask303, wheel, metadata);
    store.confirmPage(flask, index, 7);
    await flush();
    expect(revisions[3]).toBe(revisions[2]);
  });

  test("a store that only Thoth wrote to has nothing wrong", async () => {
    const { store } = world();
    store.putPage(examplePage(1, "3.0.3"));
    store.putMetadata(flask303, wheel, metadata);
    await store.flush();
    expect(await store.verify()).toEqual([]);
  });
}
