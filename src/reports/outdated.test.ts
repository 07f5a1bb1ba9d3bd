import { expect, test } from "vitest";
import { told } from "../../fixtures/told.ts";
import type { OutdatedPackage, OutdatedReport } from "../model/outdated.ts";
import { renderOutdated } from "./outdated.ts";
import { palette } from "./palette.ts";

const shared = { direct: true, outdated: false, installed: "ok", advisories: [] } as const;
const packages: readonly OutdatedPackage[] = [
  {
    ...{ ...shared, name: "affected", current: "2.0", wanted: "1.9", latest: "2.0" },
    ...{ change: "downgraded", advisories: ["GHSA-1"], blockedBy: "2.0 is affected by GHSA-1" },
  },
  { ...shared, name: "gone", current: "1.0", latest: "1.0", change: "removed" },
  { ...shared, name: "kept", current: "1.0", wanted: "1.0", latest: "1.0", change: "kept" },
];

test("a downgrade is told as one and not as outdated, and what leaves as leaving", () => {
  const project = { directory: ".", runtime: "r", outcome: "locked", gaps: [] } as const;
  const report: OutdatedReport = {
    projects: [{ ...project, packages, fromSources: [] }],
    skew: [],
  };

  const text = renderOutdated(report, {
    columns: undefined,
    color: palette(false),
    verbosity: "normal",
  });

  expect(told(text)).toBe(
    `package   current  wanted       latest  installed  advisories  cool-down until  blocked by
affected  2.0      1.9 (older)  2.0     ok         GHSA-1      -                2.0 is affected by GHSA-1
gone      1.0      leaves       1.0     ok         -           -                -
0 of 3 packages outdated, 1 better off with an older release, 1 needed no more
`,
  );
});
