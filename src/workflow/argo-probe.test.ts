import { join } from "node:path";
import { expect, test } from "vitest";
import { recording, type Scripted, standInCluster } from "../../fixtures/argo-stand-in.ts";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { probeCluster } from "./argo-probe.ts";

async function probed(script: readonly Scripted[]) {
  const cluster = await standInCluster(script);
  const folder = temporaryFolder();
  const kubeconfig = join(folder, "config");
  writeFiles(folder, {
    config: `current-context: one
contexts: [{name: one, context: {cluster: one, user: one}}]
clusters: [{name: one, cluster: {server: "${cluster.server}"}}]
users: [{name: one, user: {token: a-secret}}]
`,
  });
  return probeCluster(
    {
      kubeconfig,
      context: undefined,
      namespace: "thoth-middle",
      solverNamespace: "thoth-solvers",
      lanes: ["install", "si-scan"],
      image: undefined,
    },
    {},
    AbortSignal.timeout(10_000),
  );
}

test("a cluster with rights and templates lacks nothing", async () => {
  const five = Array.from({ length: 5 }, () => "access-review-allowed");
  const probe = await probed(["version", "discovery", ...five, "template-get"]);

  expect(probe).toMatchObject({ lackingRights: [], lackingTemplates: [] });
});

test("rights and templates that are not there are named", async () => {
  const { status, headers, body } = recording("access-review-denied").response;
  const rights = Array.from({ length: 4 }, () => ({ status, headers, body }));
  const probe = await probed([
    "version",
    "discovery",
    ...rights,
    "access-review-allowed",
    "template-get-missing",
  ]);

  expect(probe.lackingRights).toHaveLength(4);
  expect([...probe.lackingRights, ...probe.lackingTemplates]).toEqual(
    expect.arrayContaining([expect.stringContaining(" in thoth-solvers")]),
  );
});

test.each([
  ["unauthorised", "does not know the token"],
  ["argo-not-installed", "does not have Argo Workflows"],
])("%s is an error with a way out", async (name, message) => {
  await expect(probed(["version", name])).rejects.toMatchObject({
    code: "cluster-refused",
    message: expect.stringContaining(message),
  });
});
