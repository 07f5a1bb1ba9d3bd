import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { configurationWorld } from "../fixtures/configuration.ts";
import { settingOrigins } from "./config.ts";

const { load, complaint, path, write } = configurationWorld();

test("without any setting the defaults hold and folders follow XDG", async () => {
  expect(await load({})).toEqual({
    storeDirectory: path("home/.local/share/thoth"),
    cacheDirectory: path("home/.cache/thoth"),
    offline: false,
    runtime: undefined,
    python: undefined,
    indexUrl: undefined,
    verify: "all",
    recommendationType: "stable",
    freshnessMs: 600_000,
    security: false,
    timeoutMs: undefined,
    jobs: {},
    maxPending: undefined,
    listen: undefined,
    refreshEveryMs: undefined,
    advisories: undefined,
    asOf: undefined,
    coolDown: undefined,
    blockedUnits: [],
    blockedBy: undefined,
    update: undefined,
    pseudonyms: false,
    prescriptions: [],
    requirementsFormat: undefined,
    input: undefined,
    constraints: [],
    knowledge: "json",
    messaging: "local",
    workflow: "local",
    postgresql: undefined,
    kafka: undefined,
    argo: {
      context: undefined,
      image: undefined,
      kubeconfig: undefined,
      lanes: ["index", "sources", "install", "si-scan"],
      namespace: "thoth-middle",
      solverNamespace: "thoth-solvers",
    },
    labels: new Map(),
    prereleasesOf: [],
    overlaysDirectory: undefined,
    unused: [],
    environments: [],
  });
});

test("XDG folders are taken where they are absolute, else ignored", async () => {
  const environment = { XDG_DATA_HOME: "/data", XDG_CACHE_HOME: "relative" };

  expect(await load({ environment })).toMatchObject({
    storeDirectory: "/data/thoth",
    cacheDirectory: path("home/.cache/thoth"),
  });
});

describe("precedence", () => {
  const user = "thoth: {runtime: of-user, python: '3.8', verify: none, freshness: 1h}";
  const project = "thoth: {runtime: of-project, python: 3.9, verify: all}";
  const environment = { THOTH_RUNTIME: "of-environment", THOTH_PYTHON: "3.10" };

  test("flags beat the environment, that the project's file, that the user's", async () => {
    const flags = { runtime: "of-flag" };

    expect(await load({ flags, environment, project, user })).toMatchObject({
      runtime: "of-flag",
      python: "3.10",
      verify: "all",
      freshnessMs: 3_600_000,
    });
  });

  test("an empty variable counts as unset", async () => {
    expect(await load({ environment: { THOTH_RUNTIME: "" }, project })).toMatchObject({
      runtime: "of-project",
    });
  });
});

test.each([
  ["600", 600_000],
  ["90s", 90_000],
  ["10m", 600_000],
  ["1.5 h", 5_400_000],
  ["7d", 604_800_000],
  ["0", 0],
])("a duration of %s is %i ms", async (text, ms) => {
  expect(await load({ flags: { freshness: text } })).toMatchObject({ freshnessMs: ms });
});

test("the bounds of an investigator's lanes are numbers by name", async () => {
  expect(await load({ flags: { jobs: "install=4, si-scan=2" } })).toMatchObject({
    jobs: { install: 4, "si-scan": 2 },
  });
});

test.each(["installs=2", "install", "install=0", "install=-1", "install=2=3", "install=2,"])(
  "--jobs %s is refused with the names of the lanes",
  async (jobs) => {
    expect(await complaint({ flags: { jobs } })).toContain(
      "lanes: index, sources, install, si-scan, notes, advise",
    );
  },
);

test.each([
  ["9090", { host: "127.0.0.1", port: 9090 }],
  ["0.0.0.0:9090", { host: "0.0.0.0", port: 9090 }],
  ["[::1]:0", { host: "::1", port: 0 }],
])("--listen %s", async (listen, expected) => {
  expect(await load({ flags: { listen } })).toMatchObject({ listen: expected });
});

test.each(["here", "99999", "::1:9090", "[here]:1", "a b:1", "http://here:1"])(
  "--listen %s is refused",
  async (listen) => {
    expect(await complaint({ flags: { listen } })).toContain("--listen takes a port");
  },
);

test.each([
  ["1", true],
  ["TRUE", true],
  ["no", false],
  ["0", false],
])("THOTH_OFFLINE=%s is %s", async (text, offline) => {
  expect(await load({ environment: { THOTH_OFFLINE: text } })).toMatchObject({ offline });
});

test("paths in a file start where the file lies, those of flags where the user is", async () => {
  const project = "thoth:\n  store: ./knowledge\n  cache: ~/c\n";

  expect(await load({ project })).toMatchObject({
    storeDirectory: path("project/knowledge"),
    cacheDirectory: path("home/c"),
  });
  expect(await load({ project, flags: { store: "here" } })).toMatchObject({
    storeDirectory: resolve("here"),
  });
});

test.each([
  ["team=one,stage=test", { team: "one", stage: "test" }],
  ["a=1;b=2,3;c=", { a: "1", b: "2,3", c: "" }],
  ["allow-cve=CVE-2020-1,PYSEC-2020-2", { "allow-cve": "CVE-2020-1,PYSEC-2020-2" }],
])("--labels %s", async (labels, expected) => {
  expect(Object.fromEntries((await load({ flags: { labels } })).labels)).toEqual(expected);
});

test.each(["team", "=one", "a=1,,b=2", ","])("--labels %s is refused", async (labels) => {
  expect(await complaint({ flags: { labels } })).toContain("--labels takes labels such as");
});

test("a setting of several texts is a list, keys with values, or one text with commas", async () => {
  const project = "thoth:\n  allow_prereleases: [black, b]\n  labels: {team: one, stage: 2}\n";

  expect(await load({ project })).toMatchObject({
    prereleasesOf: ["black", "b"],
    labels: new Map([
      ["team", "one"],
      ["stage", "2"],
    ]),
  });
  expect(await load({ project: "thoth: {allow_prereleases: 'black, b'}" })).toMatchObject({
    prereleasesOf: ["black", "b"],
  });
});

test("every setting is told with its value and where that was said", async () => {
  const origins = await settingOrigins({
    flags: { verify: "none" },
    environment: { HOME: path("home"), THOTH_PYTHON: "3.10" },
    projectDirectory: path("project"),
  });
  write({ "project/.thoth.yaml": "thoth:\n  freshness: 1h\n" });
  const inFile = await settingOrigins({
    flags: {},
    environment: { HOME: path("home") },
    projectDirectory: path("project"),
  });
  const row = (rows: typeof origins, name: string) => rows.find(({ setting }) => setting === name);

  expect(row(origins, "verify")).toEqual({ setting: "verify", value: "none", origin: "--verify" });
  expect(row(origins, "python")).toMatchObject({ value: "3.10", origin: "THOTH_PYTHON" });
  expect(row(origins, "store")).toMatchObject({ origin: "default" });
  expect(row(origins, "timeout")).toMatchObject({ value: undefined, origin: "default" });
  expect(row(inFile, "freshness")).toMatchObject({ value: "1h", origin: ".thoth.yaml:2:14" });
});

test("the address of a database is told where it is set, and never what it is", async () => {
  const url = "postgresql://thoth:hidden@db.example/team";
  const environment = { HOME: path("home"), THOTH_POSTGRESQL_URL: url };
  const origins = await settingOrigins({
    flags: {},
    environment,
    projectDirectory: path("project"),
  });
  const wrong = load({ environment: { THOTH_POSTGRESQL_URL: `${url}?sslmode=hidden` } });

  expect(origins).toContainEqual({
    setting: "postgresql_url",
    value: "set",
    origin: "THOTH_POSTGRESQL_URL",
  });
  await expect(wrong).rejects.toThrow(/^THOTH_POSTGRESQL_URL takes an address such as/);
  await expect(wrong).rejects.not.toThrow(/hidden/);
});

test("what advice looks for is said by a flag, the environment, the project, its runtime, the user", async () => {
  const project = `runtime_environments:
  - name: one
    recommendation_type: SECURITY
  - name: two
`;
  const user = "thoth: {recommendation_type: latest}";
  const own = `${project}thoth: {recommendation_type: stable}\n`;
  const type = async (sources: Parameters<typeof load>[0]) =>
    (await load(sources)).recommendationType;

  expect(await type({})).toBe("stable");
  expect(await type({ user })).toBe("latest");
  expect(await type({ user, project })).toBe("security");
  expect(await type({ user, project, flags: { runtime: "two" } })).toBe("latest");
  expect(await type({ user, project: own })).toBe("stable");
  const environment = { THOTH_RECOMMENDATION_TYPE: "latest" };
  expect(await type({ project: own, environment })).toBe("latest");
  expect(await type({ environment, flags: { recommendationType: "security" } })).toBe("security");
});

test("a mistake in a variable names it", async () => {
  expect(await complaint({ environment: { THOTH_FRESHNESS: "soon" } })).toBe(
    "error[THOTH-E0104]: THOTH_FRESHNESS takes seconds, or a number with `s`, `m`, `h` or `d`, not `soon`",
  );
});

test("a mistake in a flag is one of usage", async () => {
  expect(await complaint({ flags: { python: "three" } })).toBe(
    "error[THOTH-E0001]: --python takes a Python version such as `3.11`, not `three`",
  );
});
test("an empty file sets nothing", async () => {
  expect(await load({ project: "# nothing yet\n" })).toMatchObject({ verify: "all" });
});
