import { describe, expect, test } from "vitest";
import { configurationWorld } from "../fixtures/configuration.ts";

const { load, complaint, path } = configurationWorld();

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
    overlaysDirectory: path("project/overlays"),
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

test("aliases that grow without end are refused", async () => {
  const levels = Array.from({ length: 9 }, (_, n) => `  - &l${n + 1} [${`*l${n},`.repeat(9)}]`);
  const project = `managers:\n  - &l0 [x]\n${levels.join("\n")}\n`;

  expect(await complaint({ project })).toContain("`.thoth.yaml` holds too much");
});
