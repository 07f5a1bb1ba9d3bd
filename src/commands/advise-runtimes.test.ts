import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const files = [
  wheel({ name: "web", version: "2.0", requiresPython: ">=3.10" }),
  wheel({ name: "web", version: "1.0" }),
  wheel({ name: "web", version: "3.0rc1" }),
];

const twoRuntimes = `host: thoth.example.com
managers: []
runtime_environments:
  - name: new
    python_version: "3.12"
    labels: {stage: test}
  - name: old
    python_version: "3.9"
`;

async function opened(extra: Readonly<Record<string, string>> = {}) {
  const { url: index } = await servedIndex(files);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  project.write({ ".thoth.yaml": twoRuntimes, ...extra });
  const advise = (...args: readonly string[]) =>
    thoth(project, ["advise", "--verify", "none", ...args], { index });
  return { project, advise };
}

test("all runtimes: the first one's lock is written, and the others say whether it holds", async () => {
  const { project, advise } = await opened();

  const run = await advise("--runtime", "all");

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("runtime new\n+  web  2.0\n");
  expect(run.stdout).toContain(
    "runtime old\nThe lock does not hold here:\n  web 2.0 would be 1.0\n",
  );
  expect(JSON.parse(project.files()["Pipfile.lock"] ?? "").default.web.version).toBe("==2.0");
  expect(run.stderr).toContain("warning: .thoth.yaml: `host`, `managers` mean nothing here");
  expect(run.stderr.match(/^warning: \.thoth\.yaml/gm)).toHaveLength(1);

  const document = JSON.parse((await advise("--runtime", "all", "--json")).stdout);
  expect(document).toMatchObject({
    schema: "thoth.advices",
    advices: [
      { runtime: "new", exitCode: 0 },
      { runtime: "old", holds: false },
    ],
  });
});

test("with overlays every runtime has a manifest and a lock of its own", async () => {
  const { project, advise } = await opened({
    ".thoth.yaml": `overlays_dir: overlays\n${twoRuntimes}`,
    "overlays/new/Pipfile": '[packages]\nweb = "*"\n',
    "overlays/old/Pipfile": '[packages]\nweb = "<3"\n',
  });

  expect((await advise("--runtime", "all")).exitCode).toBe(0);
  const { "overlays/new/Pipfile.lock": newer, "overlays/old/Pipfile.lock": older } =
    project.files();
  expect([newer, older].map((text) => JSON.parse(text ?? "").default.web.version)).toEqual([
    "==2.0",
    "==1.0",
  ]);
  expect(existsSync(join(project.directory, "Pipfile.lock"))).toBe(false);
});

test("pre-releases of single packages are allowed in .thoth.yaml", async () => {
  const { project, advise } = await opened({
    ".thoth.yaml": `${twoRuntimes}thoth:\n  allow_prereleases: web\n`,
  });

  expect((await advise()).exitCode).toBe(0);
  expect(project.files()["Pipfile.lock"]).toContain('"==3.0rc1"');
});

test.each([
  [["--runtime", "mars"], "no runtime is called `mars`"],
  [["--runtime", "all", "--no-wait"], "--no-wait advises for one runtime at a time"],
])("thoth advise %j says what is wrong", async (args, message) => {
  const { advise } = await opened();

  const run = await advise(...args);

  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(message);
});
