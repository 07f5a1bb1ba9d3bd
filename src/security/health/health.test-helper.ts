import type { IndicatorId } from "../../model/health.ts";
import type { PackageFact } from "../../model/package-fact.ts";
import { healthIndicators } from "./health.ts";
import { releaseHistory } from "./history.ts";
import type { HealthSubject } from "./subject.ts";

export const now = Date.parse("2026-11-24T00:00:00Z");

interface Dated {
  readonly files?: readonly string[];
  readonly size?: number;
  readonly yanked?: string;
  readonly requiresPython?: string;
}

/** `1.0 2026-01-02`: a release with a wheel and a source distribution, uploaded on that day. */
export function released(text: string, told: Dated = {}) {
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

export const silent: PackageFact = {
  from: "index",
  version: "1.0",
  filename: "demo-1.0-py3-none-any.whl",
  licenseFiles: [],
  classifiers: [],
  links: [],
  observedAt: "2026-11-24T00:00:00Z",
};

/** One indicator of a package with these releases. */
export function indicator(
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
