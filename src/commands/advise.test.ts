import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeFiles } from "../../fixtures/folder.ts";
import { type Distribution, sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { entryOf, pinsOf, told } from "../../fixtures/told.ts";

const built = sdist({
  name: "util",
  version: "1.0",
  dynamic: ["Requires-Dist"],
  requires: ["base"],
});

/** A service with an extra, a marker, tools for development, and a source distribution to build. */
const stack: readonly Distribution[] = [
  wheel({
    name: "web",
    version: "2.0",
    requires: ["core>=1", "util", 'only-windows; sys_platform == "win32"'],
    extras: { fast: ["speed"] },
    requiresPython: ">=3.6",
  }),
  wheel({ name: "web", version: "1.0" }),
  wheel({ name: "core", version: "1.0" }),
  wheel({ name: "core", version: "1.1" }),
  built,
  wheel({ name: "base", version: "1.0" }),
  wheel({ name: "speed", version: "1.0" }),
  wheel({ name: "checker", version: "3.0", requires: ["core<1.1"] }),
  wheel({ name: "docs-tool", version: "1.0" }),
];

const pipfile = `[packages]
web = {version = ">=1", extras = ["fast"]}
only-windows = {version = "*", sys_platform = "== 'win32'"}

[dev-packages]
checker = "*"

[docs]
docs-tool = "*"
`;

test("from an empty store to a lock that pip accepts; then from knowledge, byte for byte", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });

  const cold = await thoth(project, ["advise"], { index: index.url });

  expect({ ...cold, stdout: told(cold.stdout), stderr: told(cold.stderr) }).toMatchObject({
    exitCode: 0,
    stdout: `+  checker    3.0
+  docs-tool  1.0
+  web        2.0
  and 4 more that these need (-v shows all)
core 1.0, not 1.1: checker==3.0 needs core <1.1
installed and imported: 7 of 7
knowledge: revision R, oldest part confirmed less than a minute ago
advisories: none imported, so nobody knows which apply (\`thoth advisories update --from FILE\`)
Locked 7 packages for RUNTIME in TIME
`,
  });
  expect(cold.stderr).toContain(
    "only-windows is left out: `sys_platform == 'win32'` does not hold",
  );
  expect(Object.keys(project.files())).toEqual(["Pipfile", "Pipfile.lock"]);
  const lock = project.files()["Pipfile.lock"];
  expect(pinsOf(lock)).toEqual({
    default: ["base==1.0", "core==1.0", "speed==1.0", "util==1.0", "web==2.0"],
    develop: ["checker==3.0", "core==1.0"],
    docs: ["docs-tool==1.0"],
  });
  expect(entryOf(lock, "default", "util")).toEqual({
    hashes: [`sha256:${built.sha256}`],
    version: "==1.0",
  });
  expect(entryOf(lock, "default", "web")).toMatchObject({
    extras: ["fast"],
    index: "pypi",
    markers: "python_version >= '3.6'",
  });
  await installWithPip(project.home, lock, index.url);

  const again = await thoth(project, ["advise"], { index: index.url });
  await index.close();
  const offline = await thoth(project, ["advise", "--offline"], { index: index.url });
  const upgraded = await thoth(project, ["advise", "--offline", "--upgrade"], { index: index.url });

  for (const run of [again, offline, upgraded]) {
    expect(run.exitCode).toBe(0);
    expect(told(run.stdout)).toContain(
      "Pipfile.lock is up to date: 7 packages for RUNTIME in TIME",
    );
  }
  expect(project.files()["Pipfile.lock"]).toBe(lock);
});

/** Throws what pip says if it does not take the lock. */
async function installWithPip(
  folder: string,
  lock: string | undefined,
  index: string,
): Promise<void> {
  const lines = Object.values(pinsOf(lock)).flat();
  const requirements = ["default", "develop", "docs"].flatMap((category) =>
    (pinsOf(lock)[category] ?? []).map((pin) => {
      const entry = entryOf(lock, category, pin.split("==")[0] ?? "");
      const hashes = Object(entry).hashes.map((hash: string) => `--hash=${hash}`);
      return `${pin} ${hashes.join(" ")}`;
    }),
  );
  expect(lines).toHaveLength(8);
  writeFiles(folder, { "requirements.txt": [...new Set(requirements)].join("\n") });
  await promisify(execFile)("python3", [
    ...["-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
    ...["--no-deps", "--require-hashes", "--no-cache-dir", "--root-user-action=ignore"],
    ...["--target", join(folder, "installed"), "--index-url", index],
    ...["-r", join(folder, "requirements.txt")],
  ]);
}

const none = ["advise", "--verify", "none"];

test("--check and --dry-run write nothing; --check answers no where the lock would change", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile: '[packages]\ncore = "*"\n' });
  const run = (...args: string[]) => thoth(project, [...none, ...args], { index: index.url });

  const unlocked = await run("--check");
  const dry = await run("--dry-run");
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
  await run();
  const locked = await run("--check");
  const lock = project.files()["Pipfile.lock"];
  project.write({ Pipfile: '[packages]\ncore = "<1.1"\n' });
  const changed = await run("--check");

  expect([unlocked.exitCode, dry.exitCode, locked.exitCode, changed.exitCode]).toEqual([
    1, 0, 0, 1,
  ]);
  expect(told(dry.stdout)).toContain("Would lock 1 package (1 added) for RUNTIME in TIME");
  expect(told(changed.stdout)).toContain("Pipfile.lock would change (1 updated): 1 package");
  expect(changed.stdout).toContain("~  core  1.1 -> 1.0\n");
  expect(project.files()["Pipfile.lock"]).toBe(lock);
});

test("old pins are kept until they are given up, all or one by one", async () => {
  const index = await servedIndex([
    wheel({ name: "left", version: "1.0" }),
    wheel({ name: "right", version: "1.0" }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nleft = "*"\nright = "*"\n' });
  const env = { THOTH_FRESHNESS: "0" };
  const run = async (...args: string[]) => {
    const { stderr, exitCode } = await thoth(project, [...none, ...args], {
      index: index.url,
      env,
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return pinsOf(project.files()["Pipfile.lock"])["default"];
  };
  await run();
  index.add(wheel({ name: "left", version: "2.0" }));
  index.add(wheel({ name: "right", version: "2.0" }));

  expect(await run()).toEqual(["left==1.0", "right==1.0"]);
  expect(await run("--upgrade-package", "Left")).toEqual(["left==2.0", "right==1.0"]);
  expect(await run("--upgrade")).toEqual(["left==2.0", "right==2.0"]);
});

test("--no-dev advises on [packages] alone and leaves the rest of the lock as it is", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  await thoth(project, none, { index: index.url });
  const before = pinsOf(project.files()["Pipfile.lock"]);

  const run = await thoth(project, [...none, "--no-dev", "--upgrade"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(before["develop"]).toEqual(["checker==3.0", "core==1.0"]);
  expect(pinsOf(project.files()["Pipfile.lock"])).toEqual({
    ...before,
    default: ["base==1.0", "core==1.1", "speed==1.0", "util==1.0", "web==2.0"],
  });
});

test("--json prints one document with sorted keys, and nothing else", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });

  const run = await thoth(project, [...none, "--json"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  const document = JSON.parse(run.stdout);
  expect(document).toMatchObject({ schema: "thoth.advice", outcome: "locked", lock: "written" });
  expect(run.stdout).toBe(`${JSON.stringify(sorted(document), null, 2)}\n`);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

test("a Python that is not on this machine is advised for, unverified, and that is said", async () => {
  const index = await servedIndex([wheel({ name: "core", version: "1.0" })]);
  const project = makeProject({ pipfile: '[packages]\ncore = "*"\n' });

  const run = await thoth(project, ["advise", "--python", "3.99"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(told(run.stdout)).toBe(`+  core  1.0
installed and imported: 0 of 1; 1 unknown: core 1.0 (no interpreter of python-3.99 here)
knowledge: revision R, oldest part confirmed less than a minute ago
advisories: none imported, so nobody knows which apply (\`thoth advisories update --from FILE\`)
Locked 1 package for python-3.99 in TIME
`);
});

test("the runtime that .thoth.yaml declares decides markers and files", async () => {
  const index = await servedIndex([
    wheel({ name: "core", version: "2.0", requiresPython: ">=3.8" }),
    wheel({ name: "core", version: "1.0", requires: ['backport; python_version < "3.7"'] }),
    wheel({ name: "backport", version: "1.0" }),
  ]);
  const project = makeProject({
    pipfile: '[packages]\ncore = "*"\n',
    files: {
      ".thoth.yaml": `runtime_environments:
  - name: ubi8-py36
    operating_system:
      name: rhel
      version: "8"
    python_version: "3.6"
`,
    },
  });

  const declared = await thoth(project, none, { index: index.url });
  const pins = pinsOf(project.files()["Pipfile.lock"]);
  const named = await thoth(project, [...none, "--runtime", "ubi8-py36", "--check"], {
    index: index.url,
  });

  expect(declared.exitCode).toBe(0);
  expect(declared.stdout).toContain("Locked 2 packages for ubi8-py36");
  expect(pins).toEqual({ default: ["backport==1.0", "core==1.0"], develop: [] });
  expect(named.exitCode).toBe(0);
});

test("a project without any package is locked", async () => {
  const index = await servedIndex([]);
  const project = makeProject({ pipfile: "[packages]\n" });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told(run.stdout)).toContain("Locked 0 packages for RUNTIME in TIME\n");
  expect(pinsOf(project.files()["Pipfile.lock"])).toEqual({ default: [], develop: [] });
});

test("two runs at once on one store both lock rightly", async () => {
  const index = await servedIndex(stack);
  const one = makeProject({ pipfile });
  const two = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const shared = { index: index.url, env: { THOTH_STORE: one.store } };

  const runs = await Promise.all([thoth(one, ["advise"], shared), thoth(two, ["advise"], shared)]);

  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(pinsOf(one.files()["Pipfile.lock"])["develop"]).toEqual(["checker==3.0", "core==1.0"]);
  expect(pinsOf(two.files()["Pipfile.lock"])["default"]).toEqual([
    "base==1.0",
    "core==1.1",
    "util==1.0",
    "web==2.0",
  ]);
  const stats = await thoth(one, ["knowledge", "stats"], shared);
  expect(stats.stdout).toMatch(/messages ready +0\nmessages in work +0\ndead letters +0\n/);
});

test("a package that an index lacked is asked for again once that is old", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0", requires: ["core"] })]);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const env = { THOTH_FRESHNESS: "0" };
  const one = await thoth(project, ["advise"], { index: index.url, env });
  index.add(wheel({ name: "core", version: "1.0" }));
  const two = await thoth(project, ["advise"], { index: index.url, env });
  expect([one.exitCode, two.exitCode]).toEqual([1, 0]);
});
