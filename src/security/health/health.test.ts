import { expect, test } from "vitest";
import type { AdvisoryMatch } from "../../model/advisory.ts";
import type { IndicatorId } from "../../model/health.ts";
import type { PackageFact, RepositoryFact } from "../../model/package-fact.ts";
import { healthIndicators } from "./health.ts";
import { releaseHistory } from "./history.ts";
import type { HealthSubject } from "./subject.ts";

const now = Date.parse("2026-11-24T00:00:00Z");

interface Dated {
  readonly files?: readonly string[];
  readonly size?: number;
  readonly yanked?: string;
  readonly requiresPython?: string;
}

/** `1.0 2026-01-02`: a release with a wheel and a source distribution, uploaded on that day. */
function released(text: string, told: Dated = {}) {
  const [version = "", date] = text.split(" ");
  const { files = [`demo-${version}-py3-none-any.whl`, `demo-${version}.tar.gz`], ...same } = told;
  return {
    version,
    files: files.map((filename) => ({
      filename,
      url: `https://files.example/${filename}`,
      ...(date === undefined ? {} : { uploadedAt: `${date}T00:00:00Z` }),
      ...same,
    })),
  };
}

const silent: PackageFact = {
  from: "index",
  version: "1.0",
  filename: "demo-1.0-py3-none-any.whl",
  licenseFiles: [],
  classifiers: [],
  links: [],
  observedAt: "2026-11-24T00:00:00Z",
};

function indicator(
  id: IndicatorId,
  releases: readonly ReturnType<typeof released>[],
  more: Partial<HealthSubject> = {},
) {
  return healthIndicators({
    history: releaseHistory(releases),
    used: undefined,
    status: undefined,
    attests: undefined,
    about: undefined,
    repository: undefined,
    advisories: () => undefined,
    now,
    ...more,
  }).find((one) => one.id === id);
}

function about(id: IndicatorId, said: Partial<PackageFact>) {
  return indicator(id, [released("1.0 2026-11-01")], { about: { ...silent, ...said } });
}

test("without any fact everything is unknown, and nothing is good", () => {
  const found = healthIndicators({
    history: releaseHistory([]),
    used: undefined,
    status: undefined,
    attests: undefined,
    about: undefined,
    repository: undefined,
    advisories: () => undefined,
    now,
  });

  expect(found.length).toBeGreaterThan(10);
  expect(new Set(found.map(({ verdict }) => verdict))).toEqual(new Set(["unknown"]));
  expect(found.every((one) => one.value === undefined && one.score === undefined)).toBe(true);
});

test("an index without dates leaves what rests on dates unknown", () => {
  const ids = ["last-release", "cadence", "recent-releases", "age", "cool-down"] as const;

  for (const id of ids)
    expect(indicator(id, [released("2.0"), released("1.0")])).toMatchObject({ verdict: "unknown" });
});

test.each([
  ["190 days after releases every 100 days", "2026-05-18", "2026-02-07", "good"],
  ["190 days after releases every 20 days", "2026-05-18", "2026-04-28", "weak"],
  ["a year after releases every 100 days", "2025-11-24", "2025-08-16", "weak"],
])("%s, the last release is %s: %s, %s", (_when, last, before, verdict) => {
  const releases = [released(`1.1 ${last}`), released(`1.0 ${before}`)];

  expect(indicator("last-release", releases)).toMatchObject({ verdict });
});

test("cadence is the median gap of the last ten stable releases, pre-releases left out", () => {
  const early = Array.from({ length: 5 }, (_, at) => released(`0.${5 - at} 2019-0${6 - at}-01`));
  const last = Array.from({ length: 10 }, (_, at) => released(`1.${9 - at} 2026-10-${20 - at}`));

  const found = indicator("cadence", [released("2.0rc1 2026-11-20"), ...last, ...early]);

  expect(found).toMatchObject({ verdict: "good", value: 1 });
  expect(indicator("cadence", [released("1.0 2026-01-01")])).toMatchObject({ verdict: "unknown" });
});

test("scores follow criticality_score: log(1+n) / log(1+max(n, T)), ten at most", () => {
  const releases = Array.from({ length: 26 }, (_, at) => released(`1.${26 - at} 2026-10-01`));

  expect(indicator("recent-releases", releases)).toMatchObject({ value: 26, score: 10 });
  expect(indicator("recent-releases", [released("1.0 2020-01-01")])).toMatchObject({
    verdict: "weak",
    value: 0,
    score: 0,
  });
  expect(indicator("age", [released("1.0 2016-01-01")])).toMatchObject({ score: 10 });
});

test("a young project and a young release are weak", () => {
  const releases = [released("1.0 2026-11-20")];

  expect(indicator("age", releases)).toMatchObject({ verdict: "weak" });
  expect(indicator("cool-down", releases)).toMatchObject({
    verdict: "weak",
    reason: "1.0 is younger than 7 days",
  });
});

test("the version in use is held against the newest stable release", () => {
  const releases = [
    released("3.0rc1 2026-11-01"),
    released("2.1 2026-10-01", { yanked: "broken" }),
    released("2.0 2026-09-01"),
    released("1.1 2025-09-01"),
    released("1.0 2025-08-01", { yanked: "" }),
  ];

  expect(indicator("drift", releases, { used: "1.1" })).toMatchObject({
    value: 1,
    verdict: "weak",
  });
  expect(indicator("behind", releases, { used: "1.1" })).toMatchObject({
    value: 1,
    reason: "1 stable release is newer, 1 major version up to 2.0",
  });
  expect(indicator("behind", releases, { used: "2.0" })).toMatchObject({
    value: 0,
    verdict: "good",
  });
  expect(indicator("used", releases, { used: "2.1" })).toMatchObject({
    verdict: "bad",
    reason: "2.1 is yanked: broken",
  });
  expect(indicator("used", releases, { used: "1.0" })?.reason).toContain("no reason is given");
  expect(indicator("used", releases, { used: "0.9" })).toMatchObject({ value: "unlisted" });
  expect(indicator("drift", releases, { used: "0.9" })).toMatchObject({ verdict: "unknown" });
  expect(indicator("yanked", releases)).toMatchObject({ value: 0.4, verdict: "weak" });
});

test("a release that vanished is neither the newest nor in the counts", () => {
  const releases = [
    { ...released("2.0 2026-11-01"), vanished: "2026-11-02" },
    released("1.0 2026-10-01"),
  ];

  expect(indicator("used", releases, { used: "2.0" })).toMatchObject({ value: "vanished" });
  expect(indicator("yanked", releases)?.reason).toBe("0 of 1 releases are yanked");
  expect(indicator("last-release", releases)?.reason).toMatch(/^1\.0 came/);
});

test.each([
  [{ state: "quarantined" }, "Development Status :: 5 - Production/Stable", "bad", "quarantined"],
  [{ state: "archived", reason: "moved" }, undefined, "bad", "archived"],
  [{ state: "active" }, "Development Status :: 7 - Inactive", "bad", "Inactive"],
  [undefined, "Development Status :: 3 - Alpha", "weak", "Alpha"],
  [undefined, "Development Status :: 5 - Production/Stable", "good", "Production/Stable"],
  [{ state: "active" }, undefined, "good", "active"],
  [undefined, undefined, "unknown", undefined],
] as const)(
  "an index that says %j of a project with %s: %s",
  (status, classifier, verdict, value) => {
    const classifiers = classifier === undefined ? [] : [classifier];

    const found = indicator("status", [], { status, about: { ...silent, classifiers } });

    expect([found?.verdict, found?.value]).toEqual([verdict, value]);
  },
);

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
