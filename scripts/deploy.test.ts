import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { settingRules } from "../src/settings/rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const release: unknown = JSON.parse(read("package.json"));

/** Part of a YAML document, whatever it is. */
type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function files(folder: string): readonly string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? files(path) : [path];
  });
}

const manifests = files("deploy").filter((path) => path.endsWith(".yaml"));

function documents(path: string): readonly Node[] {
  return parseAllDocuments(read(path)).map((document) => {
    expect(document.errors.map(({ message }) => `${path}: ${message}`)).toEqual([]);
    const content: unknown = document.toJS();
    return isNode(content) ? content : {};
  });
}

/** Every object within a document that has a key. */
function having(value: unknown, key: string): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap((item) => having(item, key));
  if (!isNode(value)) return [];
  const deeper = Object.values(value).flatMap((child) => having(child, key));
  return key in value ? [value, ...deeper] : deeper;
}

test("every manifest can be read, and those for Kubernetes say what they are", () => {
  expect(manifests.length).toBeGreaterThan(5);
  for (const path of manifests) {
    for (const document of documents(path)) {
      if (path.startsWith("deploy/compose/")) continue;
      expect([path, typeof document["apiVersion"], typeof document["kind"]]).toEqual([
        path,
        "string",
        "string",
      ]);
    }
  }
});

test("every kustomization names what lies beside it, and nothing else", () => {
  for (const path of manifests.filter((name) => name.endsWith("/kustomization.yaml"))) {
    const [document = {}] = documents(path);
    const named = document["resources"];
    const folder = dirname(path);
    const beside = files(folder)
      .map((name) => name.slice(folder.length + 1))
      .filter((name) => name.endsWith(".yaml") && !name.startsWith("strimzi/"));
    expect([path, ...(Array.isArray(named) ? named.toSorted() : [])]).toEqual([
      path,
      ...beside.filter((name) => name !== "kustomization.yaml").toSorted(),
    ]);
  }
});

test("no container may become more than it is, or write to its own root", () => {
  const containers = manifests
    .filter((path) => !path.startsWith("deploy/compose/"))
    .flatMap((path) => documents(path).flatMap((document) => having(document, "containers")))
    .flatMap(({ containers: list }) => (Array.isArray(list) ? list.filter(isNode) : []));
  expect(containers.length).toBeGreaterThan(0);
  for (const { securityContext } of containers) {
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  }
});

test("what is deployed is this release, and every variable it is given is a setting", () => {
  const version = isNode(release) ? release["version"] : undefined;
  const names = Object.values(settingRules({ home: "/", data: "/", cache: "/" })).map(({ name }) =>
    `THOTH_${name}`.toUpperCase(),
  );
  const text = files("deploy").map(read).join("\n");
  const given = [...text.matchAll(/\bTHOTH_[A-Z_]+\b/g)].map(([name]) => name);
  const tags = [...text.matchAll(/\bimage: thoth:(\S+)|newTag: (\S+)/g)].map(
    ([, one, other]) => one ?? other,
  );

  expect([...new Set(given)].filter((name) => !names.includes(name))).toEqual([]);
  expect(new Set(tags)).toEqual(new Set([version]));
});

test("messages and knowledge outlive their containers, and ports are open to this machine only", () => {
  const [{ services } = {}] = documents("deploy/compose/compose.yaml");
  const all = isNode(services) ? services : {};
  const logs = having(all["broker"], "KAFKA_LOG_DIRS")[0]?.["KAFKA_LOG_DIRS"];

  expect(having(all["broker"], "volumes")[0]?.["volumes"]).toContain(`messages:${logs}`);
  expect(having(all["database"], "volumes")[0]?.["volumes"]).toContainEqual(
    expect.stringMatching(/^knowledge:/),
  );
  const ports = having(all, "ports").flatMap(({ ports: list }) =>
    Array.isArray(list) ? list : [],
  );
  expect(ports.filter((port) => !String(port).startsWith("127.0.0.1:"))).toEqual([]);
});

test("the image holds all that the package holds, and runs as nobody in particular", () => {
  const containerfile = read("deploy/container/Containerfile");
  const listed = isNode(release) && Array.isArray(release["files"]) ? release["files"] : [];
  const users = [...containerfile.matchAll(/^USER (\d+)/gm)].map(([, id]) => Number(id));

  expect(listed.filter((name) => !containerfile.includes(`/source/${name}`))).toEqual([]);
  expect(users).toHaveLength(1);
  expect(users[0]).toBeGreaterThan(1000);
});
