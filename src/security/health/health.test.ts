import fc from "fast-check";
import { expect, test } from "vitest";
import { indicator, now, released, silent } from "./health.test-helper.ts";
import { healthIndicators } from "./health.ts";
import { releaseHistory } from "./history.ts";

test("whatever metadata says, each indicator has a verdict and a reason, and once", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "License :: ",
      "Source, https://",
      "Development Status :: 9 - X",
      "(MIT OR",
      "3.x",
    ),
  );
  const said = fc.record({
    licenseExpression: text,
    license: text,
    requiresPython: text,
    classifiers: fc.array(text),
    links: fc.array(text),
    people: fc.array(text),
  });
  fc.assert(
    fc.property(said, text, (more, version) => {
      const about = { ...silent, ...more };
      const releases = [released("1.0 2026-11-01", { files: [version], requiresPython: version })];
      const found = healthIndicators({
        history: releaseHistory([...releases, released(version)]),
        used: version,
        status: undefined,
        attests: true,
        about,
        repository: undefined,
        advisories: () => [],
        now,
      });
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      expect(found.every(({ reason }) => reason !== "")).toBe(true);
    }),
  );
});

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
