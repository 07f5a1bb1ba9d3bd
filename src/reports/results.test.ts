import { expect, test } from "vitest";
import type { InstalledFact, ReleaseList } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { palette } from "./palette.ts";
import {
  renderFigures,
  renderInvestigation,
  renderReleases,
  renderSolved,
  renderVerification,
} from "./results.ts";

const options = { columns: 80, color: palette(false) };

test("a solved release shows what it needs and what installing it showed", () => {
  const installed: InstalledFact = {
    outcome: "failed",
    failure: "import-system-library",
    detail: "ImportError: libmysqlclient.so.21:\n  cannot open shared object file",
    modules: [],
    tools: { pip: "23.2.1" },
    durationMs: 812,
    observedAt: "2026-11-24T05:00:00Z",
  };
  const requires = ["six>=1.5"];
  const solved = [
    { release: "mysqlclient==2.2.7", requires, requiresPython: ">=3.8", installed },
    { release: "gone==1.0", requires: [], problem: "has vanished from its index" },
  ];

  expect(renderSolved(solved, "cp311", options)).toBe(`mysqlclient==2.2.7 on cp311
  Python >=3.8
  needs six>=1.5
  needs a system library to run, found in 812 ms with pip 23.2.1
    ImportError: libmysqlclient.so.21:
      cannot open shared object file
gone==1.0 on cp311
  has vanished from its index
`);
});

test("an investigation says what was given up and what waits", () => {
  const dead = [{ message: "unresolved_package napo", reason: "five attempts" }];

  expect(
    renderInvestigation({ handled: 3, retried: 1, dead, waiting: 0, durationMs: 1500 }, options),
  ).toBe(`given up: unresolved_package napo: five attempts
Handled 3 messages, 1 to be tried again, 1 given up, 0 waiting in 1.5 s
`);
});

test("releases come newest first, with what is wrong with them", () => {
  const versions = ["2.0", "1.1", "1.0"];
  const list: ReleaseList = {
    name: packageName("six"),
    index: indexUrl("https://index.example/simple"),
    checkedAt: 0,
    count: 3,
    python: () => undefined,
    version: (position) => versions[position] ?? "",
    release: (position) => ({
      version: versions[position] ?? "",
      files: [{ filename: "six.whl", ...(position === 1 ? { yanked: "broken" } : {}) }],
    }),
  };

  expect(
    renderReleases(list, { ...options, now: 7_200_000, most: 2 }),
  ).toBe(`six on https://index.example/simple, confirmed 2 hours ago: 3 releases
  2.0  1 file
  1.1  1 file  yanked
  and 1 older ones (-v shows all)
`);
});

test("figures have units, verification names what is damaged", () => {
  const figures = [
    { name: "packages", value: 231 },
    { name: "size", value: 1_400_000, unit: "bytes" },
  ] as const;
  const damaged = [{ file: "packages/six.json", problem: "not JSON" }];

  expect(renderFigures(figures, options)).toBe("packages  231\nsize      1.4 MB\n");
  expect(renderVerification({ packages: 3, damaged: [] }, options)).toBe(
    "Read the files of 3 packages: all whole\n",
  );
  expect(renderVerification({ packages: 3, damaged }, options)).toBe(
    "damaged: packages/six.json: not JSON\nRead the files of 3 packages: 1 damaged\n",
  );
});
