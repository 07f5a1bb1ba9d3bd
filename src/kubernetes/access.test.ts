import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { findCluster } from "./access.ts";

const kubeconfig = `apiVersion: v1
kind: Config
current-context: one
contexts:
  - name: one
    context: {cluster: near, user: me, namespace: thoth}
  - name: two
    context: {cluster: far, user: plugin}
  - name: three
    context: {cluster: near, user: nobody}
clusters:
  - name: near
    cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: Q0E=}
  - name: far
    cluster: {server: "https://far.example", certificate-authority: ca.crt}
users:
  - name: me
    user: {tokenFile: token, client-certificate-data: Q0VSVA==, client-key-data: S0VZ}
  - name: plugin
    user:
      exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}
`;

function home(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

test("a kubeconfig gives server, certificates, namespace and a token that is read when it is needed", async () => {
  const folder = home({ ".kube/config": kubeconfig, ".kube/token": "first\n", "ca.crt": "CA" });

  const access = await findCluster({ environment: {}, home: folder });
  const before = access.token();
  writeFiles(folder, { ".kube/token": "second\n" });

  expect(access).toMatchObject({
    server: "https://127.0.0.1:6443",
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    namespace: "thoth",
  });
  expect([before, access.token()]).toEqual(["first", "second"]);
});

test("a login by a plugin is refused at its place, with a way around", async () => {
  const folder = home({ config: kubeconfig, "ca.crt": "CA" });
  const path = join(folder, "config");

  await expect(
    findCluster({ environment: {}, home: folder, kubeconfig: path, context: "two" }),
  ).rejects.toMatchObject({
    code: "bad-configuration",
    message: "user `plugin` logs in by the program `aws`, which Thoth does not start",
    place: { file: path, line: 21 },
    hint: expect.stringContaining("kubectl proxy"),
  });
});

test("a context, cluster or user that is not there is named with those that are", async () => {
  const folder = home({ config: kubeconfig });
  const options = { environment: {}, home: folder, kubeconfig: join(folder, "config") };

  await expect(findCluster({ ...options, context: "four" })).rejects.toMatchObject({
    hint: "it has: one, two, three",
  });
  await expect(findCluster({ ...options, context: "three" })).rejects.toMatchObject({
    hint: "it has: me, plugin",
  });
});

test("several kubeconfigs are one: what the first says counts, what it lacks comes from the next", async () => {
  const folder = home({
    first: "current-context: one\ncontexts: [{name: one, context: {cluster: near, user: other}}]",
    second: `${kubeconfig}`,
    third: "users: [{name: other, user: {token: t}}]",
  });
  const paths = ["first", "not-there", "second", "third"].map((name) => join(folder, name));

  const access = await findCluster({ environment: { KUBECONFIG: paths.join(":") }, home: folder });

  expect([access.server, access.token(), access.namespace]).toEqual([
    "https://127.0.0.1:6443",
    "t",
    undefined,
  ]);
});

test("a pod uses its own account, whose token is replaced while it runs", async () => {
  const folder = home({ token: "first", "ca.crt": "CA", namespace: "thoth-middle" });
  const environment = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };

  const access = await findCluster({ environment, home: folder, accountFolder: folder });
  writeFiles(folder, { token: "second" });

  expect(access).toMatchObject({ server: "https://[fd00::1]:443", namespace: "thoth-middle" });
  expect(access.token()).toBe("second");
});

test("without any cluster it says where one was looked for, and how to do without", async () => {
  const folder = home({});

  await expect(findCluster({ environment: {}, home: folder })).rejects.toMatchObject({
    code: "bad-configuration",
    message: "no Kubernetes cluster is configured",
    hint: expect.stringContaining("workflow: local"),
  });
});
