import type { Indicator } from "../../model/health.ts";
import { compareVersions, parseVersion } from "../../python/version.ts";
import {
  dayMs,
  type HealthCheck,
  type HealthSubject,
  spanText,
  told,
  unknown,
  yearMs,
} from "./subject.ts";

/** How the version in use stands to the newest; nothing where none is named. */
export const usedChecks: HealthCheck = (subject) => {
  const { used } = subject;
  return used === undefined
    ? []
    : [listed(subject, used), drift(subject, used), behind(subject, used)];
};

function listed({ history }: HealthSubject, used: string): Indicator {
  const release = history.listed.find(({ version }) => version === used);
  if (release === undefined) {
    const gone = history.vanished.has(used);
    const reason = gone ? `the index no longer lists ${used}` : `the index does not list ${used}`;
    return told("used", "bad", { value: gone ? "vanished" : "unlisted", reason });
  }
  if (release.yanked === undefined) {
    return told("used", "good", { value: "listed", reason: `the index offers ${used}` });
  }
  const why = release.yanked === "" ? "no reason is given" : release.yanked;
  return told("used", "bad", { value: "yanked", reason: `${used} is yanked: ${why}` });
}

/** libyear: how much younger the newest stable release is. */
function drift({ history }: HealthSubject, used: string): Indicator {
  const release = history.listed.find(({ version }) => version === used);
  const [newest, own] = [history.latest?.date, release?.date];
  if (newest === undefined || own === undefined) {
    return unknown("drift", "the index gives no date of both releases");
  }
  const span = Math.max(0, newest - own);
  const reason =
    span === 0 ? `${used} is as new as the newest` : `${spanText(span)} older than the newest`;
  return told("drift", span > 180 * dayMs ? "weak" : "good", { value: span / yearMs, reason });
}

function behind({ history }: HealthSubject, used: string): Indicator {
  const own = parseVersion(used);
  const latest = history.latest?.parsed;
  if (own === undefined || latest === undefined) {
    return unknown("behind", "there is no release to compare with");
  }
  const count = history.stable.filter(({ parsed }) => compareVersions(parsed, own) > 0).length;
  const majors = Math.max(0, Number(latest.release[0] ?? 0) - Number(own.release[0] ?? 0));
  const reason =
    count === 0
      ? `no stable release is newer than ${used}`
      : `${count} stable ${count === 1 ? "release is" : "releases are"} newer, ${majors} major ${majors === 1 ? "version" : "versions"} up to ${latest.text}`;
  return told("behind", majors > 0 ? "weak" : "good", { value: count, reason });
}
