import type { Indicator } from "../../model/health.ts";
import { datesOf, type PastRelease } from "./history.ts";
import {
  dayMs,
  type HealthCheck,
  type HealthSubject,
  logarithmic,
  spanText,
  told,
  unknown,
  yearMs,
} from "./subject.ts";

const halfYearMs = 180 * dayMs;
const undated = "the index gives no dates of uploads";

/** How a project releases: when last, how often, since when, and what it took back. */
export const releaseChecks: HealthCheck = (subject) => [
  lastRelease(subject),
  cadence(subject),
  recentReleases(subject),
  age(subject),
  coolDown(subject),
  yankedShare(subject),
];

/** libyear's pulse, held against what is usual for the project. */
function lastRelease({ history, now }: HealthSubject): Indicator {
  const { latest } = history;
  if (latest === undefined) return unknown("last-release", "there is no release to speak of");
  if (latest.date === undefined) return unknown("last-release", undated);
  const pulse = Math.max(0, now - latest.date);
  const usual = medianGap(history.stable);
  const limit = Math.max(halfYearMs, 3 * (usual ?? 0));
  const when = `${latest.version} came ${spanText(pulse)} ago`;
  const reason = `${when}, ${pulse > limit ? "more" : "not more"} than ${spanText(limit)}`;
  return told("last-release", pulse > limit ? "weak" : "good", { value: pulse / yearMs, reason });
}

function cadence({ history }: HealthSubject): Indicator {
  const gap = medianGap(history.stable);
  if (gap === undefined) return unknown("cadence", "fewer than two stable releases have a date");
  const gaps = lastTen(history.stable).length - 1;
  const basis = `median of the last ${gaps} ${gaps === 1 ? "gap" : "gaps"}`;
  const reason = `a stable release every ${spanText(gap)} (${basis})`;
  return told("cadence", gap > halfYearMs ? "weak" : "good", { value: gap / dayMs, reason });
}

function recentReleases({ history, now }: HealthSubject): Indicator {
  const dates = datesOf(history.listed);
  if (dates.length === 0) return unknown("recent-releases", undated);
  const count = dates.filter((date) => date > now - yearMs).length;
  return told("recent-releases", count === 0 ? "weak" : "good", {
    value: count,
    score: logarithmic(count, 26),
    reason: count === 0 ? "no release within 12 months" : `${count} within 12 months`,
  });
}

function age({ history, now }: HealthSubject): Indicator {
  const first = datesOf(history.listed).at(-1);
  if (first === undefined) return unknown("age", undated);
  const span = Math.max(0, now - first);
  const months = span / (yearMs / 12);
  return told("age", span < 90 * dayMs ? "weak" : "good", {
    value: months,
    score: logarithmic(months, 120),
    reason: `its first release is ${spanText(span)} old`,
  });
}

/** A release that was taken over is most often noticed within days. */
function coolDown({ history, used, now }: HealthSubject): Indicator {
  const meant = history.listed.find(({ version }) => version === used) ?? history.latest;
  if (meant?.date === undefined) return unknown("cool-down", undated);
  const span = Math.max(0, now - meant.date);
  const fresh = span < 7 * dayMs;
  return told("cool-down", fresh ? "weak" : "good", {
    value: span / dayMs,
    reason: fresh
      ? `${meant.version} is younger than 7 days`
      : `${meant.version} is ${spanText(span)} old`,
  });
}

function yankedShare({ history }: HealthSubject): Indicator {
  const { listed } = history;
  if (listed.length === 0) return unknown("yanked", "there is no release to speak of");
  const count = listed.filter(({ yanked }) => yanked !== undefined).length;
  const share = count / listed.length;
  return told("yanked", share > 0.1 ? "weak" : "good", {
    value: share,
    reason: `${count} of ${listed.length} releases are yanked`,
  });
}

function lastTen(stable: readonly PastRelease[]): readonly number[] {
  return datesOf(stable).slice(0, 10);
}

/** Between neighbours in time of the last ten stable releases. */
function medianGap(stable: readonly PastRelease[]): number | undefined {
  const dates = lastTen(stable);
  const gaps = dates
    .flatMap((date, at) => {
      const before = dates[at + 1];
      return before === undefined ? [] : [date - before];
    })
    .sort((one, other) => one - other);
  const middle = gaps.length / 2;
  const [low, high] = [gaps[Math.ceil(middle) - 1], gaps[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
