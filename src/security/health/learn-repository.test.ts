import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { testClient } from "../../../fixtures/index-client.ts";
import type { GitServiceName } from "../../model/package-fact.ts";
import { learnRepository } from "./learn-repository.ts";

const now = Date.parse("2026-11-24T00:00:00Z");
const since = "2026-08-26T00:00:00.000Z";

/** What is learnt of a repository from a service that answers so, and what it was asked. */
async function learnt(
  name: GitServiceName,
  repository: string,
  answers: Readonly<Record<string, unknown>>,
) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const answer = answers[path];
    response.writeHead(typeof answer === "number" ? answer : answer === undefined ? 404 : 200);
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const api = `http://127.0.0.1:${address.port}`;
  const { signal } = new AbortController();
  const learning = { client: testClient(), signal, now: () => now };
  const service = { name, host: "git.example", api, token: "s3cret" };
  return { answer: await learnRepository(learning, service, repository), asked };
}

test("GitHub: commits, contributors, and issues of members, pull requests left out", async () => {
  const { answer } = await learnt("github", "pallets/flask", {
    "/repos/pallets/flask": {
      archived: false,
      fork: true,
      stargazers_count: 70_000,
      license: { spdx_id: "BSD-3-Clause" },
      created_at: "2010-04-06T00:00:00Z",
      pushed_at: "2026-11-01T00:00:00Z",
    },
    [`/repos/pallets/flask/commits?per_page=100&since=${since}`]: [{}, {}],
    [`/repos/pallets/flask/issues?per_page=100&state=all&since=${since}`]: [
      { author_association: "MEMBER" },
      { author_association: "MEMBER", pull_request: {} },
      { author_association: "NONE" },
    ],
    "/repos/pallets/flask/contributors?per_page=100": 403,
  });

  expect(answer).toEqual({
    kind: "fact",
    fact: {
      from: "repository",
      service: "github",
      repository: "pallets/flask",
      archived: false,
      fork: true,
      stars: 70_000,
      license: "BSD-3-Clause",
      createdAt: "2010-04-06T00:00:00Z",
      pushedAt: "2026-11-01T00:00:00Z",
      commits: 2,
      memberIssues: 1,
      observedAt: "2026-11-24T00:00:00.000Z",
    },
  });
});

test("GitLab: a project by its path, groups nested", async () => {
  const project = "/projects/group%2Fsub%2Fweb";
  const { answer } = await learnt("gitlab", "group/sub/web", {
    [`${project}?license=true`]: {
      archived: true,
      star_count: 3,
      license: { key: "mit" },
      created_at: "2020-01-01T00:00:00Z",
      last_activity_at: "2021-01-01T00:00:00Z",
    },
    [`${project}/repository/commits?per_page=100&since=${since}`]: [],
    [`${project}/repository/contributors?per_page=100`]: [{}],
  });

  expect(answer).toMatchObject({
    kind: "fact",
    fact: { archived: true, fork: false, license: "mit", commits: 0, contributors: 1 },
  });
  expect(answer.kind === "fact" && answer.fact.memberIssues).toBeUndefined();
});

test("no such repository is a fact, a refusal is none, and nothing more is asked then", async () => {
  const absent = await learnt("github", "a/b", {});
  const refused = await learnt("github", "a/b", { "/repos/a/b": 403 });

  expect(absent.answer).toMatchObject({
    kind: "fact",
    fact: { problem: "github shows no repository a/b" },
  });
  expect(refused.answer).toEqual({ kind: "declined", reason: "github answers 403 for a/b" });
  expect([absent.asked, refused.asked]).toEqual([["/repos/a/b"], ["/repos/a/b"]]);
});

test("answers of a wrong shape are not said, never 0", async () => {
  const { answer } = await learnt("github", "a/b", {
    "/repos/a/b": { archived: "no", stargazers_count: -1, license: null, pushed_at: 5 },
    [`/repos/a/b/commits?per_page=100&since=${since}`]: { message: "empty" },
  });

  expect(answer).toEqual({
    kind: "fact",
    fact: {
      from: "repository",
      service: "github",
      repository: "a/b",
      observedAt: "2026-11-24T00:00:00.000Z",
    },
  });
});
