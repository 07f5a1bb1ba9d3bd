import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { standInCluster } from "../../fixtures/argo-stand-in.ts";
import { ArgoWorld } from "../../fixtures/argo-world.ts";
import { writeFiles } from "../../fixtures/folder.ts";
import { wheel } from "../../fixtures/packages.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const pipfile = `[packages]
web = "*"
`;
const files = [
  wheel({ name: "web", version: "1.0", requires: ["core>=1"] }),
  wheel({ name: "core", version: "1.0" }),
];

/** Variables that have a project's tasks run in a cluster. */
function inCluster(project: TestProject, server: string): Record<string, string> {
  const kubeconfig = join(project.home, "kubeconfig");
  writeFiles(project.home, {
    kubeconfig: `current-context: one
contexts: [{name: one, context: {cluster: one, user: one}}]
clusters: [{name: one, cluster: {server: "${server}"}}]
users: [{name: one, user: {token: never-to-be-seen}}]
`,
  });
  return { THOTH_WORKFLOW: "argo", THOTH_ARGO_KUBECONFIG: kubeconfig };
}

async function doctorOn(recorded: readonly string[]) {
  const cluster = await standInCluster(recorded);
  const project = makeProject();
  const env = inCluster(project, cluster.server);
  const run = await thoth(project, ["doctor", "--offline"], { env });
  expect(run.stdout + run.stderr).not.toContain("never-to-be-seen");
  return run;
}

test.each([
  [["unauthorised"], "does not know the token that it was given"],
  [["version", "argo-not-installed"], "does not have Argo Workflows"],
  [["version", "discovery", "access-review-denied"], "no right to create workflows in"],
])("doctor tells what is wrong with a cluster that answers %j", async (recorded, told) => {
  const run = await doctorOn(recorded);

  expect(run.stdout).toContain(told);
  expect(run.exitCode).toBe(4);
});

test("a cluster is of no use to a store and a queue of one machine, which is said at once", async () => {
  const project = makeProject();
  const env = inCluster(project, "http://127.0.0.1:9");

  const run = await thoth(project, ["investigate"], { env });

  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("`workflow: argo` needs a shared `knowledge`");
  expect(run.stderr).toContain("set `knowledge: postgresql`");
});

test("run-task learns, and says how its tasks ended in its exit code and in a file", async () => {
  const index = await servedIndex(files);
  const project = makeProject();
  const report = join(project.home, "report");
  const task = (name: string) => ({ kind: "learn-releases", name, index: index.url });
  const tasks = JSON.stringify([task("web"), task("nothing")]);

  const run = await thoth(project, ["run-task", "--tasks", tasks, "--report", report], {
    index: index.url,
  });

  expect(run).toMatchObject({
    exitCode: 65,
    stdout: "learn-releases: done\nlearn-releases: never\n",
    stderr: "",
  });
  expect(readFileSync(report, "utf8")).toBe('thoth-tasks:{"outcomes":"dn","reason":""}');
  const refused = await thoth(
    project,
    ["run-task", "--tasks", JSON.stringify({ ...task("web"), kind: "note-absent" })],
    { index: index.url },
  );
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("is none that runs in a process of its own");
});

describeWithPostgres("a team with PostgreSQL and a cluster", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  test("learns in workflows what an advice waits for, and gives the lock of one machine", async () => {
    const index = await servedIndex(files);
    const world = await new ArgoWorld().start();
    const alone = makeProject({ pipfile });
    expect((await thoth(alone, ["advise"], { index: index.url })).exitCode).toBe(0);

    const user = makeProject({ pipfile });
    const shared = {
      THOTH_MESSAGING: "postgresql",
      THOTH_KNOWLEDGE: "postgresql",
      THOTH_POSTGRESQL_URL: server.database("loop").url,
    };
    const later = await thoth(user, ["advise", "--no-wait"], { index: index.url, env: shared });
    expect(later).toMatchObject({ exitCode: 3 });
    // Each workflow is a process with a store of its own, as a pod is
    world.run = async (name) => {
      const pod = makeProject();
      const tasks = JSON.stringify(world.tasksOf(name));
      const { exitCode } = await thoth(pod, ["run-task", "--tasks", tasks], {
        index: index.url,
        env: shared,
      });
      world.play(name, exitCode === 0 ? "watch-succeeds" : "watch-broken");
    };
    const env = { ...shared, ...inCluster(user, world.server) };
    const investigated = await thoth(user, ["investigate"], { index: index.url, env });

    expect(investigated).toMatchObject({ exitCode: 0 });
    expect(world.names.map((name) => name.split("-")[0])).toContain("install");
    const again = await thoth(user, ["advise", "--offline"], { index: index.url, env: shared });
    expect(again).toMatchObject({ exitCode: 0 });
    expect(user.files()["Pipfile.lock"]).toBe(alone.files()["Pipfile.lock"]);
  });
});
