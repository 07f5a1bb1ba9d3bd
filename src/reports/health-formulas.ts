import type { IndicatorId } from "../model/health.ts";

/** How an indicator is reckoned, and who reckons so. */
export interface Formula {
  readonly formula: string;
  readonly source: string;
}

/** docs/health.md has the same with reasons. */
export const formulas: Readonly<Record<IndicatorId, Formula>> = {
  status: {
    formula:
      "bad: the index says archived, deprecated or quarantined, or classifier 7 - Inactive; weak: 1 - Planning to 3 - Alpha",
    source: "PEP 792; trove classifiers",
  },
  advisories: {
    formula:
      "score 10 - number, at least 0; bad: malware, CRITICAL, HIGH or unrated; weak: any other; of the version in use, else of the newest",
    source: "Scorecard Vulnerabilities; imported advisories",
  },
  "last-release": {
    formula: "years since the newest stable release; weak above max(180 days, 3 × cadence)",
    source: "libyear pulse; Thoth 180 days",
  },
  cadence: {
    formula: "median days between the last 10 stable releases; weak above 180",
    source: "own; Thoth 180 days",
  },
  "recent-releases": {
    formula: "n within 12 months, score 10 × log(1+n) / log(1+max(n, 26)); weak: 0",
    source: "criticality_score",
  },
  age: {
    formula:
      "months m since the first release, score 10 × log(1+m) / log(1+max(m, 120)); weak below 90 days",
    source: "criticality_score; Scorecard",
  },
  "cool-down": {
    formula: "days since the release in use, else the newest, came; weak below 7",
    source: "own",
  },
  yanked: {
    formula: "yanked releases / all releases; weak above 0.1",
    source: "PEP 592; own bound",
  },
  used: { formula: "bad: the version in use is yanked, vanished or not listed", source: "PEP 592" },
  drift: {
    formula: "years from the release in use to the newest stable one; weak above 180 days",
    source: "libyear drift; Thoth 180 days",
  },
  behind: {
    formula: "stable releases above the one in use; weak: a major version behind",
    source: "libyear",
  },
  python: {
    formula:
      "CPythons kept up today that Requires-Python admits; bad: none; weak: not the newest, or classifiers name none of them",
    source: "metadata of the newest release; PEP 602",
  },
  licence: {
    formula:
      "License-Expression, else License field and classifiers; score 9, and 1 more for SPDX; bad: none; weak: unknown, proprietary or contradicting",
    source: "PEP 639; SPDX; Scorecard License",
  },
  maintainers: {
    formula: "people who may release; weak below 3, unless an organisation owns the project",
    source: "project page of the index; Thoth",
  },
  "source-link": {
    formula: "a link to a repository; weak: none, or without https",
    source: "metadata of the newest release; own",
  },
  sdist: { formula: "the newest release has a source distribution; weak: none", source: "Thoth" },
  wheels: { formula: "the newest release has wheels; weak: none", source: "Thoth" },
  size: { formula: "largest file of the newest release; weak above 3 MiB", source: "Thoth" },
  attestations: {
    formula: "files of the newest release that the index names attestations of; weak: not all",
    source: "PEP 740",
  },
  repository: { formula: "bad: archived; weak: a fork", source: "Git service; Thoth" },
  maintained: {
    formula:
      "score min(10, 10 × (commits + issues of members in 90 days) / 12); 0 if archived or younger than 90 days; weak below 5",
    source: "Git service; Scorecard Maintained",
  },
  pushed: { formula: "days since the last change; weak above 365", source: "Git service; Thoth" },
  contributors: {
    formula: "contributors, at most 100 are counted; weak below 5",
    source: "Git service; Thoth",
  },
};
