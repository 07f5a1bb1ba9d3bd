import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ConfigurationFlags, loadConfiguration, settingOrigins } from "./config.ts";
import { renderError } from "./reports/diagnostic.ts";
import { palette } from "./reports/palette.ts";
import { ThothError } from "./util/errors.ts";

let world: string;
beforeEach(() => {
  world = mkdtempSync(join(tmpdir(), "thoth-config-"));
});
afterEach(() => rmSync(world, { recursive: true }));

interface Setup {
  readonly flags?: ConfigurationFlags;
  readonly environment?: Readonly<Record<string, string>>;
  readonly project?: string;
  readonly user?: string;
}

function load({ flags = {}, environment = {}, project, user }: Setup) {
  if (project !== undefined) write(join(world, "project", ".thoth.yaml"), project);
  if (user !== undefined) write(join(world, "home", ".config", "thoth", "config.yaml"), user);
  return loadConfiguration({
    flags,
    environment: { HOME: join(world, "home"), ...environment },
    projectDirectory: join(world, "project"),
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function complaint(setup: Setup): Promise<string> {
  const error: unknown = await load(setup).catch((thrown: unknown) => thrown);
  if (!(error instanceof ThothError)) throw new Error(`no ThothError: ${String(error)}`);
  return renderError(error, { color: palette(false), sourceText: () => setup.project });
}

test("without any setting the defaults hold and folders follow XDG", async () => {
  expect(await load({})).toEqual({
    storeDirectory: join(world, "home/.local/share/thoth"),
    cacheDirectory: join(world, "home/.cache/thoth"),
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
    postgresql: undefined,
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
    cacheDirectory: join(world, "home/.cache/thoth"),
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
    storeDirectory: join(world, "project/knowledge"),
    cacheDirectory: join(world, "home/c"),
  });
  expect(await load({ project, flags: { store: "here" } })).toMatchObject({
    storeDirectory: resolve("here"),
  });
});

test("the original's .thoth.yaml is read, and 3.10 without quotes is not 3.1", async () => {
  const project = `host: {THOTH_SERVICE_HOST}
tls_verify: true
requirements_format: pipenv
managers:
  - name: update
    configuration: {labels: [bot]}
virtualenv: null
overlays_dir: overlays
`;
  const environments = `runtime_environments:
  - name: ubi-8
    operating_system: {name: rhel, version: 8}
    hardware: {cpu_family: 6, cpu_model: null, gpu_model: x}
    python_version: 3.10
    cuda_version: "11.2"
    mkl_version: null
    recommendation_type: latest
    platform: linux-x86_64
    base_image: "image:v1.0"
    labels: {team: one}
  - name: bare
`;
  const configuration = await load({ project: project + environments });

  expect(configuration).toMatchObject({
    requirementsFormat: "pipenv",
    overlaysDirectory: join(world, "project/overlays"),
    unused: [{ file: ".thoth.yaml", keys: ["host", "tls_verify", "managers"] }],
  });
  expect(configuration.environments).toEqual([
    {
      name: "ubi-8",
      operatingSystem: { name: "rhel", version: "8" },
      pythonVersion: "3.10",
      platform: "linux-x86_64",
      recommendationType: "latest",
      traits: {
        platform: "linux-x86_64",
        baseImage: "image:v1.0",
        cpuFamily: 6,
        gpuModel: "x",
        software: { cuda: "11.2" },
      },
      labels: new Map([["team", "one"]]),
      place: expect.objectContaining({ file: ".thoth.yaml", line: 10, column: 5 }),
    },
    { name: "bare", labels: new Map(), place: expect.objectContaining({ line: 20 }) },
  ]);
});

describe("{NAME} in a value", () => {
  const project = `host: {UNKNOWN_HOST}
runtime_environments:
  - name: {WHICH}
    labels: {team: "of {WHICH}", "{WHICH}": kept}
`;

  test("is the variable's value where THAMOS_CONFIG_EXPAND_ENV is 1, never in keys", async () => {
    const environment = {
      ...{ THAMOS_CONFIG_EXPAND_ENV: "1", WHICH: "one" },
      UNKNOWN_HOST: "&anchor [not, yaml]",
    };

    expect((await load({ project, environment })).environments).toMatchObject([
      {
        name: "one",
        labels: new Map([
          ["team", "of one"],
          ["{WHICH}", "kept"],
        ]),
      },
    ]);
  });

  test("that is not set is told where it stands", async () => {
    const environment = { THAMOS_CONFIG_EXPAND_ENV: "1", WHICH: "one" };

    await expect(load({ project, environment })).rejects.toMatchObject({
      message: "`UNKNOWN_HOST` is not set",
      place: { line: 1, column: 7 },
    });
  });

  test("stays as it is without that variable", async () => {
    const text = 'runtime_environments: [{name: a, labels: {team: "{HOME}"}}]';

    expect((await load({ project: text })).environments).toMatchObject([
      { labels: new Map([["team", "{HOME}"]]) },
    ]);
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
    environment: { HOME: join(world, "home"), THOTH_PYTHON: "3.10" },
    projectDirectory: join(world, "project"),
  });
  write(join(world, "project", ".thoth.yaml"), "thoth:\n  freshness: 1h\n");
  const inFile = await settingOrigins({
    flags: {},
    environment: { HOME: join(world, "home") },
    projectDirectory: join(world, "project"),
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
  const environment = { HOME: join(world, "home"), THOTH_POSTGRESQL_URL: url };
  const origins = await settingOrigins({ flags: {}, environment, projectDirectory: world });
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

test("a recommendation type that does not exist is refused where it stands", async () => {
  const project = "runtime_environments:\n  - name: one\n    recommendation_type: fastest\n";

  await expect(load({ project })).rejects.toMatchObject({
    code: "bad-configuration",
    message:
      "`recommendation_type` takes `stable`, `security`, `latest`, `testing` or `performance`, not `fastest`",
    place: { file: ".thoth.yaml", line: 3 },
  });
});

test("aliases of YAML are followed", async () => {
  const project = `runtime_environments:
  - name: one
    operating_system: &system {name: rhel, version: "8"}
  - name: two
    operating_system: *system
`;
  const { environments } = await load({ project });

  expect(environments[1]?.operatingSystem).toEqual({ name: "rhel", version: "8" });
});

test("a mistake in a file is told with its place, every one of them", async () => {
  const project = `runtime_enviroments: []
runtime_environments:
  - python_version: "3"
thoth:
  freshnes: 10
`;

  expect(await complaint({ project })).toBe(`error[THOTH-E0104]: unknown key \`runtime_enviroments\`
  --> .thoth.yaml:1:1
   |
 1 | runtime_enviroments: []
   | ^^^^^^^^^^^^^^^^^^^
help: did you mean \`runtime_environments\`?

error[THOTH-E0104]: unknown key \`freshnes\`
  --> .thoth.yaml:5:3
   |
 5 |   freshnes: 10
   |   ^^^^^^^^
help: did you mean \`freshness\`?

error[THOTH-E0104]: a runtime environment needs a \`name\`
  --> .thoth.yaml:3:5
   |
 3 |   - python_version: "3"
   |     ^^^^^^^^^^^^^^^^^^^

error[THOTH-E0104]: \`3\` is not a Python version such as \`3.11\`
  --> .thoth.yaml:3:21
   |
 3 |   - python_version: "3"
   |                     ^^^

4 problems in .thoth.yaml`);
});

test.each([
  ["a list where keys belong", "thoth: [1]", "`thoth` must hold keys with values", "1:8"],
  [
    "keys where a list belongs",
    "runtime_environments: {}",
    "`runtime_environments` must hold a list",
    "1:23",
  ],
  ["keys where a value belongs", "thoth: {store: {}}", "`store` must hold a single value", "1:16"],
  ["text only", "just text", "`.thoth.yaml` must hold keys with values", "1:1"],
  [
    "a bad name",
    "runtime_environments: [{name: 'a b'}]",
    "`a b` is no name for a runtime: letters, digits, `_` and `-` only",
    "1:31",
  ],
  [
    "a name that stands for all",
    "runtime_environments: [{name: all}]",
    "`all` stands for every runtime: none may be called so",
    "1:31",
  ],
  [
    "two runtimes of one name",
    "runtime_environments: [{name: a}, {name: a}]",
    "a second runtime is called `a`, as the one of .thoth.yaml:1",
    "1:35",
  ],
  [
    "labels that are a list",
    "runtime_environments: [{name: a, labels: [b]}]",
    "`labels` must hold keys with single values",
    "1:42",
  ],
  [
    "a CPU by its name",
    "runtime_environments: [{name: a, hardware: {cpu_family: new}}]",
    "`cpu_family` takes a number, not `new`",
    "1:57",
  ],
  ["a bad value", "thoth:\n  verify: some", "`verify` takes `all` or `none`, not `some`", "2:11"],
  ["a duplicate key", "thoth: {}\nthoth: {}", "Map keys must be unique", "2:1"],
  [
    "broken YAML",
    "thoth: [",
    "Flow sequence in block collection must be sufficiently indented and end with a ]",
    "1:9",
  ],
])("a mistake in a file: %s", async (_what, project, message, at) => {
  expect((await complaint({ project })).split("\n").slice(0, 2)).toEqual([
    `error[THOTH-E0104]: ${message}`,
    `  --> .thoth.yaml:${at}`,
  ]);
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

test("aliases that grow without end are refused", async () => {
  const levels = Array.from({ length: 9 }, (_, n) => `  - &l${n + 1} [${`*l${n},`.repeat(9)}]`);
  const project = `managers:\n  - &l0 [x]\n${levels.join("\n")}\n`;

  expect(await complaint({ project })).toContain("`.thoth.yaml` holds too much");
});

test("an empty file sets nothing", async () => {
  expect(await load({ project: "# nothing yet\n" })).toMatchObject({ verify: "all" });
});
