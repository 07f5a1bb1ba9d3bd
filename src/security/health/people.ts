import type { Indicator } from "../../model/health.ts";
import { sourceLink } from "./source-link.ts";
import { type HealthCheck, type HealthSubject, told, unknown } from "./subject.ts";

/** Who may release, and where the source is said to be. */
export const peopleChecks: HealthCheck = (subject) => [maintainers(subject), source(subject)];

function maintainers({ about }: HealthSubject): Indicator {
  const { people = [], organization } = about ?? {};
  if (organization !== undefined) {
    const reason = `an organisation owns it on the index: ${organization}`;
    return told("maintainers", "good", { value: organization, reason });
  }
  if (people.length === 0) return unknown("maintainers", "the index does not say who may release");
  return told("maintainers", people.length < 3 ? "weak" : "good", {
    value: people.length,
    reason: `${people.length} ${people.length === 1 ? "person" : "people"} may release`,
  });
}

function source({ about }: HealthSubject): Indicator {
  if (about?.version === undefined) {
    return unknown("source-link", about?.problem ?? "no metadata was read");
  }
  const link = sourceLink(about.links);
  if (link === undefined) {
    return told("source-link", "weak", {
      value: "none",
      reason: "its metadata names no repository",
    });
  }
  const secure = /^https:/i.test(link);
  const reason = secure ? `it names ${link}` : `it names ${link}, without https`;
  return told("source-link", secure ? "good" : "weak", { value: link, reason });
}
