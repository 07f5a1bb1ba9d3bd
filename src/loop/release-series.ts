import { compareVersions, parseVersion } from "../python/version.ts";

/** `5.1` of `5.1.3`: releases of one series take each other's place. */
export function seriesOf(version: string): string {
  const parsed = parseVersion(version);
  return parsed === undefined ? version : [parsed.epoch, ...parsed.release.slice(0, 2)].join(".");
}

/** The newest version of each series, pre-releases and texts that are no version left out. */
export function newestOfSeries(versions: readonly string[]): readonly string[] {
  const newest = new Map<string, NonNullable<ReturnType<typeof parseVersion>>>();
  for (const text of versions) {
    const version = parseVersion(text);
    if (version === undefined || version.isPrerelease) continue;
    const known = newest.get(seriesOf(text));
    if (known === undefined || compareVersions(known, version) < 0)
      newest.set(seriesOf(text), version);
  }
  return [...newest.values()].map(({ text }) => text);
}
