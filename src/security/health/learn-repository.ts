import type { GitServiceName, RepositoryFact } from "../../model/package-fact.ts";
import { isRecord } from "../../util/json.ts";
import type { HealthLearning } from "./learn-package.ts";
import { dayMs } from "./subject.ts";

/** A Git service that may be asked, since there is a token for it. */
export interface GitService {
  readonly name: GitServiceName;
  /** Host of the repositories, as links name it. */
  readonly host: string;
  /** Address of its REST interface (GitHub v3, GitLab v4), without a trailing slash. */
  readonly api: string;
  /** Sent to the interface's origin alone; never stored or told. */
  readonly token: string;
}

/** What a service says of a repository, or why it says nothing: that is no fact of the repository. */
export type RepositoryAnswer =
  | { readonly kind: "fact"; readonly fact: RepositoryFact }
  | { readonly kind: "declined"; readonly reason: string };

type Ask = (path: string) => Promise<unknown>;
type Said = Omit<RepositoryFact, "from" | "service" | "repository" | "observedAt">;

const windowMs = 90 * dayMs;

/** Asks a Git service about `owner/name`, in four requests. */
export async function learnRepository(
  { client, signal, now }: Pick<HealthLearning, "client" | "signal" | "now">,
  service: GitService,
  repository: string,
): Promise<RepositoryAnswer> {
  const { name, api, token } = service;
  const question = (path: string) => ({ url: `${api}${path}`, access: { token } });
  const about = (said: Said): RepositoryAnswer => ({
    kind: "fact",
    fact: {
      ...said,
      from: "repository",
      service: name,
      repository,
      observedAt: new Date(now()).toISOString(),
    },
  });
  const main = await client.document(question(mainPath(name, repository)), signal);
  if (main.kind === "declined") {
    if (main.status === 404 || main.status === 410) {
      return about({ problem: `${name} shows no repository ${repository}` });
    }
    return { kind: "declined", reason: `${name} answers ${main.status} for ${repository}` };
  }
  // What a service keeps for itself, such as the contributors of a very large repository, is unknown
  const ask: Ask = async (path) => {
    const answer = await client.document(question(path), signal);
    return answer.kind === "document" ? answer.value : undefined;
  };
  const since = new Date(now() - windowMs).toISOString();
  const read = name === "github" ? askGitHub : askGitLab;
  return about(await read(mainPath(name, repository), main.value, { ask, since }));
}

function mainPath(name: GitServiceName, repository: string): string {
  return name === "github"
    ? `/repos/${repository}`
    : `/projects/${encodeURIComponent(repository)}?license=true`;
}

interface Further {
  readonly ask: Ask;
  /** ISO 8601. */
  readonly since: string;
}

async function askGitHub(path: string, main: unknown, { ask, since }: Further): Promise<Said> {
  const [commits, issues, contributors] = await Promise.all([
    ask(`${path}/commits?per_page=100&since=${since}`),
    ask(`${path}/issues?per_page=100&state=all&since=${since}`),
    ask(`${path}/contributors?per_page=100`),
  ]);
  const read = memberOf(main);
  const license = memberOf(read("license"))("spdx_id");
  return {
    ...flag("archived", read("archived")),
    ...flag("fork", read("fork")),
    ...count("stars", read("stargazers_count")),
    ...text("license", license === "NOASSERTION" ? undefined : license),
    ...text("createdAt", read("created_at")),
    ...text("pushedAt", read("pushed_at")),
    ...count("commits", lengthOf(commits)),
    ...count("memberIssues", Array.isArray(issues) ? issues.filter(isOfMember).length : undefined),
    ...count("contributors", lengthOf(contributors)),
  };
}

/** Pull requests are listed as issues, too. */
function isOfMember(issue: unknown): boolean {
  const read = memberOf(issue);
  const association = read("author_association");
  const isMember = ["OWNER", "MEMBER", "COLLABORATOR"].some((one) => one === association);
  return isMember && read("pull_request") === undefined;
}

async function askGitLab(path: string, main: unknown, { ask, since }: Further): Promise<Said> {
  const project = path.replace("?license=true", "");
  const [commits, contributors] = await Promise.all([
    ask(`${project}/repository/commits?per_page=100&since=${since}`),
    ask(`${project}/repository/contributors?per_page=100`),
  ]);
  const read = memberOf(main);
  return {
    ...flag("archived", read("archived")),
    ...(isRecord(main) ? { fork: isRecord(read("forked_from_project")) } : {}),
    ...count("stars", read("star_count")),
    ...text("license", memberOf(read("license"))("key")),
    ...text("createdAt", read("created_at")),
    ...text("pushedAt", read("last_activity_at")),
    ...count("commits", lengthOf(commits)),
    ...count("contributors", lengthOf(contributors)),
  };
}

function memberOf(value: unknown): (key: string) => unknown {
  return (key) => (isRecord(value) ? value[key] : undefined);
}

function lengthOf(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function flag<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: boolean } {
  return typeof value === "boolean" ? field(key, value) : {};
}

function count<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: number } {
  return typeof value === "number" && value >= 0 ? field(key, value) : {};
}

function text<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: string } {
  return typeof value === "string" && value !== "" ? field(key, value.slice(0, 100)) : {};
}

function field<Key extends string, Value>(key: Key, value: Value): { readonly [K in Key]?: Value } {
  const made: { [K in Key]?: Value } = {};
  Object.assign(made, { [key]: value });
  return made;
}
