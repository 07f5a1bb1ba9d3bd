import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { readFiles } from "../../fixtures/folder.ts";
import type { TestIndex } from "../../fixtures/index-server.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const dayMs = 86_400_000;
const today = Date.now();

function daysAgo(days: number): string {
  return new Date(today - days * dayMs).toISOString();
}

/** `web` with a release 30 days old and one of a year before; its metadata has these lines. */
function webIndex(...headers: readonly string[]): Promise<TestIndex> {
  const requiresPython = ">=3.8";
  return servedIndex([
    {
      distribution: wheel({ name: "web", version: "2.0", requiresPython, headers }),
      uploadedAt: daysAgo(30.5),
    },
    { distribution: wheel({ name: "web", version: "1.0" }), uploadedAt: daysAgo(395.5) },
  ]);
}

function serveOwners(index: TestIndex, ownership: unknown): void {
  const body = JSON.stringify({ info: {}, ownership });
  index.fail("/pypi/web/json", { kind: "garbage", body, contentType: "application/json" });
}

test("one project is told in full, and what was learnt today is not asked for again", async () => {
  const index = await webIndex(
    "License-Expression: MIT",
    "Classifier: Development Status :: 5 - Production/Stable",
    "Project-URL: Source, https://git.example/web/web",
  );
  serveOwners(index, { organization: null, roles: [{ role: "Owner", user: "ada" }] });
  const project = makeProject();

  const run = await thoth(project, ["health", "web==1.0"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 0, stderr: "looking 1/1 web\n" });
  const [head, ...rows] = run.stdout.trimEnd().split("\n");
  expect(head).toBe("web 1.0: 5 weak, 2 unknown, 12 good");
  expect(rows.map((row) => row.trim().replaceAll(/ {2,}/g, " | "))).toEqual([
    "good | status | it calls itself Production/Stable",
    "unknown | advisories | no advisories were imported (`thoth advisories update`)",
    "good | last-release | 2.0 came 30 days ago, not more than 3.0 years",
    "weak | cadence | a stable release every 365 days (median of the last 1 gap)",
    "good | recent-releases | 2.1/10 | 1 within 12 months",
    "good | age | 5.5/10 | its first release is 1.1 years old",
    "good | cool-down | 1.0 is 1.1 years old",
    "good | yanked | 0 of 2 releases are yanked",
    "good | used | the index offers 1.0",
    "weak | drift | 365 days older than the newest",
    "weak | behind | 1 stable release is newer, 1 major version up to 2.0",
    expect.stringMatching(/^good \| python \| Requires-Python `>=3\.8` admits 3\./),
    "good | licence | 10/10 | MIT",
    "weak | maintainers | 1 person may release",
    "good | source-link | it names https://git.example/web/web",
    "weak | sdist | 2.0 has no source distribution",
    "good | wheels | 2.0 has wheels for every system",
    expect.stringMatching(/^good \| size \| the largest file of 2\.0 has 0\.0 MiB/),
    "unknown | attestations | the index does not tell of attestations",
  ]);
  index.forgetRequests();
  const again = await thoth(project, ["health", "web==1.0"], { index: index.url });
  const offline = await thoth(project, ["health", "web==1.0", "--offline"], { index: index.url });
  expect([again.stdout, offline.stdout]).toEqual([run.stdout, run.stdout]);
  expect(index.requests()).toEqual([]);
  await thoth(project, ["health", "web", "--refresh"], { index: index.url });
  expect(index.requests().map(({ path }) => path)).toEqual([
    "/simple/web/",
    ...["/files/web-2.0-py3-none-any.whl.metadata", "/pypi/web/json"],
  ]);
});

test("of several projects only what is weak or bad is told, and one that no index has is an error", async () => {
  const index = await webIndex();
  const project = makeProject();

  const run = await thoth(project, ["health", "web", "web-typo"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("web 2.0: 1 bad, 3 weak, 4 unknown, 8 good\n");
  expect(run.stdout).toMatch(/^ bad +licence +0\/10 +it names none$/m);
  expect(run.stdout).not.toContain(" good ");
  expect(run.stdout).toContain(`web-typo: no such package on ${index.url}\n`);
  expect(run.stdout).toMatch(/\n2 projects, 1 with something bad, 1 unknown\n$/);
});

test("a package named twice is one, and quiet tells no more than numbers", async () => {
  const index = await webIndex();

  const run = await thoth(makeProject(), ["health", "-q", "web", "WEB"], { index: index.url });

  expect(run).toMatchObject({
    exitCode: 0,
    stdout: "web 2.0: 1 bad, 3 weak, 4 unknown, 8 good\n",
    stderr: "",
  });
});

test("offline, what was never learnt is unknown and exits with 3", async () => {
  const run = await thoth(makeProject(), ["health", "web", "--offline"]);

  expect(run).toMatchObject({
    exitCode: 3,
    stdout: "web: unknown\n  not learnt: nothing is known of its releases\n",
  });
});

test("an index that is down leaves one project unknown and the others told", async () => {
  const index = await webIndex();
  index.add({ distribution: wheel({ name: "core", version: "1.0" }), uploadedAt: daysAgo(9) });
  index.fail("/simple/core/", { kind: "status", status: 403 });

  const run = await thoth(makeProject(), ["health", "web", "core"], { index: index.url });

  expect(run.exitCode).toBe(3);
  expect(run.stdout).toContain("web 2.0: 1 bad");
  expect(run.stdout).toContain(
    `core: unknown\n  not learnt: the index \`${index.url}/core/\` refuses access (403)\n`,
  );
});

test("--lock looks at what the lock pins; what comes from no index is named", async () => {
  const index = await webIndex();
  const source = `[[source]]\nname = "pypi"\nurl = "${index.url}"\nverify_ssl = true\n`;
  const lock = JSON.stringify({
    _meta: {
      hash: { sha256: "" },
      "pipfile-spec": 6,
      requires: {},
      sources: [{ name: "pypi", url: index.url, verify_ssl: true }],
    },
    default: {
      web: { version: "==1.0", index: "pypi", hashes: [] },
      mine: { git: "https://git.example/mine.git", ref: "0".repeat(40) },
    },
    develop: {},
  });
  const project = makeProject({ pipfile: `${source}\n[packages]\nweb = "*"\n`, lock });

  const run = await thoth(project, ["health", "--lock", "--json"]);
  const other = await thoth(project, ["health", "--lock", "flask"]);

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  const told = JSON.parse(run.stdout);
  expect(told).toMatchObject({ schema: "thoth.project-health", left_out: ["mine"] });
  expect(told.projects).toMatchObject([
    { name: "web", used: "1.0", latest: "2.0", index: index.url, missing: [] },
  ]);
  const drift = told.projects[0].indicators.find(({ id }: { id: string }) => id === "drift");
  expect(drift).toMatchObject({ verdict: "weak", value: 1, source: expect.any(String) });
  expect(other).toMatchObject({ exitCode: 2, stdout: "" });
  expect(other.stderr).toContain("the lock has no package `flask`");
});

test("hostile metadata reaches no terminal", async () => {
  const index = await webIndex(
    "License: \u001b]0;pwned\u0007\u001b[31mfree\u202e",
    "Project-URL: Source, https://user:secret@git.example/web/\u001b[2Jweb",
  );
  serveOwners(index, { organization: "\u001b[1mus\u009b2J", roles: {} });

  const run = await thoth(makeProject(), ["health", "web", "--explain"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("an organisation owns it on the index: us\n");
  expect(run.stdout).toContain("`free` is no licence that is known here");
  expect(run.stdout).not.toContain("secret");
  expect([...run.stdout].filter((one) => one !== "\n" && /\p{Cc}|\p{Cf}/u.test(one))).toEqual([]);
  expect(run.stdout).toMatch(/^cadence: median days between .+ \[own; Thoth 180 days\]$/m);
});

test("a Git service is asked only with a token, which is kept nowhere", async () => {
  const service = await gitService({
    "/repos/web/web": {
      archived: true,
      fork: false,
      created_at: daysAgo(900),
      pushed_at: daysAgo(400),
      license: { spdx_id: "MIT" },
      stargazers_count: 12,
    },
    "/repos/web/web/commits": [],
    "/repos/web/web/contributors": [{}, {}],
  });
  const host = new URL(service.origin).host;
  const index = await webIndex(`Project-URL: Source, http://${host}/web/web.git`);
  const project = makeProject();
  const api = { THOTH_GITHUB_API: service.origin };
  const health = (env: Readonly<Record<string, string>>) =>
    thoth(project, ["health", "web", "--refresh"], { index: index.url, env });

  const without = await health(api);
  expect(service.asked).toEqual([]);
  const run = await health({ ...api, THOTH_GITHUB_TOKEN: "s3cret" });

  expect(without.stdout).not.toContain("repository ");
  expect(run.exitCode).toBe(0);
  expect(new Set(service.asked.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer s3cret"]),
  );
  expect(run.stdout).toMatch(/^ bad +repository +web\/web on github is archived$/m);
  expect(run.stdout).toMatch(/^ bad +maintained +0\/10 +the repository is archived$/m);
  expect(run.stdout).toMatch(/^ weak +contributors +2 people have contributed/m);
  expect(run.stdout).toMatch(/^ weak +pushed +last changed 1\.1 years ago$/m);
  const kept = Object.values(readFiles(project.store)).join("\n");
  expect(kept).toContain('"service":"github"');
  expect(run.stdout + run.stderr + kept).not.toContain("s3cret");
});

test("a token that is refused is no fact of the project", async () => {
  const service = await gitService({});
  service.refuse(401);
  const host = new URL(service.origin).host;
  const index = await webIndex(`Project-URL: Source, http://${host}/web/web`);
  const env = { THOTH_GITLAB_API: `${service.origin}/api/v4`, THOTH_GITLAB_TOKEN: "s3cret" };

  const run = await thoth(makeProject(), ["health", "web"], { index: index.url, env });

  expect(run.exitCode).toBe(3);
  expect(run.stdout).toContain("  not learnt: gitlab answers 401 for web/web\n");
  expect(service.asked[0]?.path).toBe("/api/v4/projects/web%2Fweb?license=true");
  expect(run.stdout + run.stderr).not.toContain("s3cret");
});

test.each([
  [["health"], {}, "no package is named"],
  [["health", "web>=1"], {}, "`web>=1` is no package"],
  [
    ["health", "web"],
    { THOTH_GITHUB_TOKEN: "s3cret", THOTH_GITHUB_API: "http://git.example" },
    "THOTH_GITHUB_API is no https address of an interface",
  ],
])("%j with %j is refused before anything is asked", async (args, env, message) => {
  const run = await thoth(makeProject(), args, { env });

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(message);
  expect(run.stderr).not.toContain("s3cret");
});

test("advice warns of a project that its index calls archived", async () => {
  const index = await webIndex();
  const accept = "application/vnd.pypi.simple.v1+json";
  const page = await fetch(`${index.url}/web/`, { headers: { accept } });
  const body = JSON.stringify({
    ...JSON.parse(await page.text()),
    "project-status": { status: "archived", reason: "see\u001b[31m web2" },
  });
  index.fail("/simple/web/", { kind: "garbage", body, contentType: accept });
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain(
    "warning: web 2.0 is of a project that its index calls archived: see web2\n",
  );
});

interface GitServer {
  readonly origin: string;
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
  /** Answers everything with this status from now on. */
  refuse(status: number): void;
}

/** A Git service on loopback that knows these documents by path. */
async function gitService(documents: Readonly<Record<string, unknown>>): Promise<GitServer> {
  const asked: GitServer["asked"] = [];
  let refusal: number | undefined;
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push({ path, authorization: request.headers.authorization });
    const document = documents[path.replace(/\?.*/, "")];
    response.writeHead(refusal ?? (document === undefined ? 404 : 200));
    response.end(JSON.stringify(document ?? { message: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    asked,
    refuse: (status) => {
      refusal = status;
    },
  };
}
