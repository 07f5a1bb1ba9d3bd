import type { Indicator } from "../../model/health.ts";
import type { RepositoryFact } from "../../model/package-fact.ts";
import { dayMs, type HealthCheck, spanText, told, unknown } from "./subject.ts";

/** What a Git service says; nothing where none was asked. */
export const repositoryChecks: HealthCheck = ({ repository, now }) => {
  if (repository === undefined) return [];
  if (repository.problem !== undefined) return [unknown("repository", repository.problem)];
  return [
    state(repository),
    maintained(repository, now),
    pushed(repository, now),
    contributors(repository),
  ];
};

function state({ service, repository, archived, fork }: RepositoryFact): Indicator {
  const where = `${repository} on ${service}`;
  if (archived === undefined) return unknown("repository", `${service} does not say`);
  if (archived) {
    return told("repository", "bad", { value: "archived", reason: `${where} is archived` });
  }
  if (fork === true) {
    return told("repository", "weak", { value: "fork", reason: `${where} is a fork` });
  }
  return told("repository", "good", {
    value: "active",
    reason: `${where} is neither archived nor a fork`,
  });
}

/** Scorecard's Maintained. */
function maintained(fact: RepositoryFact, now: number): Indicator {
  const { archived, commits, memberIssues, createdAt, service } = fact;
  if (archived === true) {
    return told("maintained", "bad", { value: 0, score: 0, reason: "the repository is archived" });
  }
  const created = Date.parse(createdAt ?? "");
  if (commits === undefined || archived === undefined || Number.isNaN(created)) {
    return unknown("maintained", `${service} does not say`);
  }
  if (now - created < 90 * dayMs) {
    const reason = "the repository is younger than 90 days";
    return told("maintained", "weak", { value: 0, score: 0, reason });
  }
  const activity = commits + (memberIssues ?? 0);
  const score = Math.min(10, (10 * activity) / 12);
  const issues =
    memberIssues === undefined ? "issues unknown" : `${memberIssues} issues of members`;
  return told("maintained", score < 5 ? "weak" : "good", {
    value: activity,
    score,
    reason: `in 90 days ${commits} commits, ${issues}`,
  });
}

function pushed({ pushedAt, service }: RepositoryFact, now: number): Indicator {
  const date = Date.parse(pushedAt ?? "");
  if (Number.isNaN(date)) return unknown("pushed", `${service} does not say`);
  const span = Math.max(0, now - date);
  return told("pushed", span > 365 * dayMs ? "weak" : "good", {
    value: span / dayMs,
    reason: `last changed ${spanText(span)} ago`,
  });
}

function contributors({ contributors: count, service }: RepositoryFact): Indicator {
  if (count === undefined) return unknown("contributors", `${service} does not say`);
  return told("contributors", count < 5 ? "weak" : "good", {
    value: count,
    reason: `${count} ${count === 1 ? "person has" : "people have"} contributed, as far as one page tells`,
  });
}
