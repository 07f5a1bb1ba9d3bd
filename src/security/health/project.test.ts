import { expect, test } from "vitest";
import type { AdvisoryMatch } from "../../model/advisory.ts";
import type { IndicatorId } from "../../model/health.ts";
import type { PackageFact, RepositoryFact } from "../../model/package-fact.ts";
import { indicator, released, silent } from "./health.test-helper.ts";

function about(id: IndicatorId, said: Partial<PackageFact>) {
  return indicator(id, [released("1.0 2026-11-01")], { about: { ...silent, ...said } });
}

test.each([
  [">=3.9", [], "good", "3.11 3.12 3.13 3.14 3.15"],
  [">=3.9,<3.14", [], "weak", "3.11 3.12 3.13"],
  ["<=3.12", [], "weak", "3.11"],
  ["==2.7.*", [], "bad", "none"],
  [undefined, ["3.6"], "weak", "3.11 3.12 3.13 3.14 3.15"],
  [undefined, ["3.12", "3.9"], "good", "3.12"],
  [undefined, [], "unknown", undefined],
  ["nonsense", [], "unknown", undefined],
] as const)("Requires-Python %s with classifiers %j: %s, %s", (requires, named, verdict, value) => {
  const classifiers = named.map((one) => `Programming Language :: Python :: ${one}`);
  const told = requires === undefined ? {} : { requiresPython: requires };

  const found = indicator("python", [released("1.0 2026-11-01", told)], {
    about: { ...silent, classifiers },
  });

  expect([found?.verdict, found?.value]).toEqual([verdict, value]);
});

test("who may release is unknown where the index does not say, an owning organisation suffices", () => {
  expect(about("maintainers", {})).toMatchObject({ verdict: "unknown" });
  expect(about("maintainers", { people: [] })).toMatchObject({ verdict: "unknown" });
  expect(about("maintainers", { people: ["a", "b"] })).toMatchObject({ verdict: "weak", value: 2 });
  expect(about("maintainers", { people: ["a", "b", "c"] })).toMatchObject({ verdict: "good" });
  expect(about("maintainers", { organization: "pallets", people: [] })).toMatchObject({
    verdict: "good",
  });
});

test("files of the newest release: source distribution, wheels, size", () => {
  const wheel = "demo-1.0-cp39-abi3-manylinux_2_28_x86_64.whl";
  const large = [released("1.0 2026-11-01", { files: [wheel], size: 4 * 2 ** 20 })];
  const old = [released("1.0 2026-11-01", { files: ["demo-1.0.tar.gz"], size: 1000 })];

  expect(indicator("sdist", large)).toMatchObject({ verdict: "weak", value: "none" });
  expect(indicator("wheels", large)).toMatchObject({ verdict: "good", value: "abi3" });
  expect(indicator("size", large)).toMatchObject({ verdict: "weak" });
  expect(indicator("sdist", old)).toMatchObject({ verdict: "good", value: "demo-1.0.tar.gz" });
  expect(indicator("wheels", old)).toMatchObject({ verdict: "weak" });
  expect(indicator("size", old)).toMatchObject({ verdict: "good", value: 1000 });
});

test("attestations are unknown where the index does not tell of them", () => {
  const [file] = released("1.0 2026-11-01").files;
  if (file === undefined) throw new Error("no file");
  const attested = { ...file, provenance: "https://index.example/integrity" };
  const found = (attests: boolean | undefined, ...files: readonly (typeof file)[]) =>
    indicator("attestations", [{ version: "1.0", files: [...files] }], { attests })?.verdict;

  expect(found(undefined, file)).toBe("unknown");
  expect(found(false, file)).toBe("unknown");
  expect(found(true, file, attested)).toBe("weak");
  expect(found(true, attested)).toBe("good");
});

test("advisories: nobody knows, none, some, grave ones", () => {
  const match = (rank: AdvisoryMatch["severity"]["rank"], kind: AdvisoryMatch["kind"]) => [
    {
      id: "PYSEC-2026-1",
      aliases: [],
      kind,
      summary: "",
      severity: { rank },
      fixed: [],
      published: "2026-01-01T00:00:00Z",
    },
  ];
  const found = (known: readonly AdvisoryMatch[] | undefined) =>
    indicator("advisories", [released("1.0 2026-11-01")], { advisories: () => known });

  expect(found(undefined)).toMatchObject({ verdict: "unknown" });
  expect(found([])).toMatchObject({ verdict: "good", value: 0, score: 10 });
  expect(found(match("MEDIUM", "vulnerability"))).toMatchObject({ verdict: "weak", score: 9 });
  expect(found(match("UNKNOWN", "vulnerability"))).toMatchObject({ verdict: "bad" });
  expect(found(match("HIGH", "vulnerability"))).toMatchObject({ verdict: "bad" });
  expect(found(match("UNKNOWN", "malware"))).toMatchObject({ verdict: "bad" });
});

const repository: RepositoryFact = {
  from: "repository",
  service: "github",
  repository: "pallets/demo",
  archived: false,
  fork: false,
  createdAt: "2020-01-01T00:00:00Z",
  pushedAt: "2026-11-01T00:00:00Z",
  contributors: 3,
  commits: 4,
  memberIssues: 2,
  observedAt: "2026-11-24T00:00:00Z",
};

test("what a Git service says follows Scorecard, and what it hides is unknown", () => {
  const found = (id: IndicatorId, more: Partial<RepositoryFact>) =>
    indicator(id, [], { repository: { ...repository, ...more } });

  expect(found("maintained", {})).toMatchObject({ verdict: "good", value: 6, score: 5 });
  expect(found("maintained", { commits: 40 })).toMatchObject({ score: 10 });
  expect(found("maintained", { createdAt: "2026-10-01T00:00:00Z" })).toMatchObject({ score: 0 });
  expect(found("maintained", { archived: true })).toMatchObject({ verdict: "bad", score: 0 });
  expect(found("repository", { archived: true })).toMatchObject({ verdict: "bad" });
  expect(found("repository", { fork: true })).toMatchObject({ verdict: "weak" });
  expect(found("pushed", { pushedAt: "2025-01-01T00:00:00Z" })).toMatchObject({ verdict: "weak" });
  expect(found("contributors", {})).toMatchObject({ verdict: "weak", value: 3 });
  const { commits: _commits, contributors: _contributors, ...hidden } = repository;
  expect(indicator("maintained", [], { repository: hidden })).toMatchObject({ verdict: "unknown" });
  expect(indicator("contributors", [], { repository: hidden })).toMatchObject({
    verdict: "unknown",
  });
  expect(found("repository", { problem: "github shows no repository" })).toMatchObject({
    verdict: "unknown",
  });
});
