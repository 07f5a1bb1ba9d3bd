import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canMount, withMounts } from "../../fixtures/namespace.ts";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

const pipfile = '[packages]\nflask = "*"\n';
const oldLock = '{"_meta": {}, "default": {}}\n';
const flask = wheel({ name: "flask", version: "1.0" });
const cheap = ["advise", "--verify", "none"];

test.runIf(canMount)(
  "a full disk under the store ends the run and leaves the old lock",
  async () => {
    const index = await servedIndex([flask]);
    const project = makeProject({ pipfile, lock: oldLock });
    const { store } = project;

    const run = await thoth(project, cheap, {
      index: index.url,
      shell: withMounts(`mkdir -p ${store}; mount -t tmpfs -o size=8k none ${store}`),
    });

    expect(run).toMatchObject({ exitCode: 4, stdout: "" });
    expect(run.stderr).toContain("error[THOTH-E0412]");
    expect(run.stderr).toContain(store);
    expect(run.stderr).toContain("help: ");
    expect(project.files()).toEqual({ Pipfile: pipfile, "Pipfile.lock": oldLock });
  },
);

test.runIf(canMount)(
  "a full disk under the project leaves neither half a lock nor a rest",
  async () => {
    const index = await servedIndex([flask]);
    const project = makeProject({ pipfile });
    const { directory, home } = project;

    const run = await thoth(project, cheap, {
      index: index.url,
      shell: withMounts(
        `cp Pipfile ${home}
mount -t tmpfs -o size=8k none ${directory}
cp ${home}/Pipfile ${directory}
head -c 4096 /dev/zero > ${directory}/full`,
        `ls -A ${directory}`,
      ),
    });

    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain("error[THOTH-E0412]");
    expect(run.stderr).toContain("Pipfile.lock");
    expect(run.stdout).toBe("Pipfile\nfull\n");
  },
);

test.runIf(canMount)("a store that may not be written is told as that", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });
  const { store } = project;

  const run = await thoth(project, cheap, {
    index: index.url,
    shell: withMounts(`mkdir -p ${store}; mount -t tmpfs -o ro none ${store}`),
  });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toMatch(/error\[THOTH-E040[67]\]/);
  expect(run.stderr).toContain(store);
  expect(run.stderr).toContain("help: ");
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test.runIf(canMount)("a project that may not be written can still be checked", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });
  const { directory } = project;
  const shell = withMounts(
    `mount --bind ${directory} ${directory}; mount -o remount,bind,ro ${directory}`,
  );

  const written = await thoth(project, cheap, { index: index.url, shell });
  const checked = await thoth(project, [...cheap, "--check"], { index: index.url, shell });

  expect(written.exitCode).toBe(4);
  expect(written.stderr).toContain("Pipfile.lock");
  expect(checked.exitCode).toBe(1);
});

test("a file in place of the store's folder is told as that", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });
  writeFileSync(project.store, "mine\n");

  const run = await thoth(project, cheap, { index: index.url });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain(project.store);
  expect(run.stderr).not.toContain("bug of Thoth");
});

function releasesFile({ store }: TestProject): string {
  const paths = readdirSync(store, { recursive: true, encoding: "utf8" });
  const found = paths.find((path) => path.endsWith("flask/releases.json"));
  if (found === undefined) throw new Error(paths.join(" "));
  return join(store, found);
}

test("a damaged file of the store is set aside, told, and learnt again", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });
  await thoth(project, cheap, { index: index.url });
  const lock = project.files()["Pipfile.lock"];
  writeFileSync(releasesFile(project), '{"checkedAt": 17, "rel');

  const verified = await thoth(project, ["knowledge", "verify"]);
  const run = await thoth(project, [...cheap, "--upgrade"], { index: index.url });
  const after = await thoth(project, ["knowledge", "verify"]);

  expect(verified.exitCode).toBe(4);
  expect(verified.stdout).toContain("releases.json: ");
  expect(verified.stdout).toContain("1 damaged\n");
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain("warning: a damaged file of the store was set aside: ");
  expect(project.files()["Pipfile.lock"]).toBe(lock);
  expect(readdirSync(join(project.store, "corrupt"))).toHaveLength(1);
  expect(after).toMatchObject({ exitCode: 0 });
});

test("a damaged journal of the queue stops no advice", async () => {
  const index = await servedIndex([flask, wheel({ name: "click", version: "1.0" })]);
  const project = makeProject({ pipfile });
  await thoth(project, cheap, { index: index.url });
  const queue = join(project.store, "queue");
  for (const name of readdirSync(queue)) {
    if (!name.endsWith(".lock")) appendFileSync(join(queue, name), '\u0000\u0001{"op": "pu');
  }
  project.write({ Pipfile: '[packages]\nclick = "*"\n' });

  const run = await thoth(project, cheap, { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["click==1.0"]);
});

test("no Python at all is an environment error, unless one is named", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });
  const env = { PATH: "/nonexistent", PYENV_ROOT: "/nonexistent" };

  const run = await thoth(project, ["advise"], { index: index.url, env });
  const named = await thoth(project, ["advise", "--python", "3.12"], { index: index.url, env });

  expect(run).toEqual({
    exitCode: 4,
    signal: null,
    stdout: "",
    stderr: `error[THOTH-E0408]: no Python on this machine, and the Pipfile says nothing of one
help: install Python 3, or say which one the project runs on: \`--python 3.12\`
`,
  });
  expect({ exitCode: named.exitCode, stderr: named.stderr }).toMatchObject({ exitCode: 0 });
  expect(told(named.stdout)).toContain(
    "installed and imported: 0 of 1; 1 unknown: flask 1.0 (no interpreter of python-3.12 here)",
  );
});

test.runIf(canMount)(
  "without bubblewrap wheels are locked, nothing is run, and that is said",
  async () => {
    const index = await servedIndex([
      flask,
      sdist({ name: "flask", version: "2.0", dynamic: ["Requires-Dist"] }),
    ]);
    const project = makeProject({ pipfile });

    const run = await thoth(project, ["advise"], {
      index: index.url,
      shell: withMounts("mount --bind /bin/false $(readlink -f /usr/bin/bwrap)"),
    });

    expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toContain("flask 1.0 (was not run, there is no sandbox here");
    expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["flask==1.0"]);
  },
);
