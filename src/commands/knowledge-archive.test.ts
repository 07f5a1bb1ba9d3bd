import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canMount, withMounts } from "../../fixtures/namespace.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const pipfile = '[packages]\napp = "*"\n';

/** A project that was advised, its archive, and the address that its index had. */
async function exported() {
  const index = await servedIndex([
    wheel({ name: "app", version: "1.0", requires: ["core>=1"] }),
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "core", version: "2.0" }),
  ]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  const run = await thoth(project, ["knowledge", "export", "-o", "b.tar.gz"]);
  return { project, index, run, archive: join(project.directory, "b.tar.gz") };
}

function advisedOffline(project: TestProject, index: string) {
  return thoth(project, ["advise", "--offline", "--verify", "none"], { index });
}

test("advice on imported knowledge, offline, is the same to the byte", async () => {
  const { project, index, run, archive } = await exported();
  const elsewhere = makeProject({ pipfile });

  const imported = await thoth(elsewhere, ["knowledge", "import", archive]);
  const advised = await advisedOffline(elsewhere, index.url);

  expect(run).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Wrote 2 packages in 4 files to b.tar.gz, [\d.]+ kB\n$/),
  });
  expect(imported).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^Read 2 packages, 3 releases and \d facts from .*b.tar.gz, revision \d+ of [0-9a-f]{8}\nNew: 2 packages, 3 releases and \d facts\n$/,
    ),
  });
  expect(advised.exitCode).toBe(0);
  const lock = (of: TestProject) => of.files()["Pipfile.lock"];
  expect(lock(elsewhere)).toBeDefined();
  expect(lock(elsewhere)).toBe(lock(project));
});

test("--verify reads the archive and changes nothing; --json tells it to programs", async () => {
  const { archive } = await exported();
  const elsewhere = makeProject();

  const run = await thoth(elsewhere, ["knowledge", "import", archive, "--verify", "--json"]);

  expect(run.exitCode).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({
    schema: "thoth.knowledge-import",
    version: "1.0",
    packages: 2,
    releases: 3,
    since: [],
  });
  expect(JSON.parse(run.stdout)).not.toHaveProperty("merged");
  expect(() => readdirSync(elsewhere.store)).toThrow("ENOENT");
});

test("--since leaves out what an earlier archive holds", async () => {
  const { project, archive } = await exported();

  const run = await thoth(project, ["knowledge", "export", "-o", "c.tar.gz", "--since", archive]);
  const imported = await thoth(project, ["knowledge", "import", "c.tar.gz"]);

  expect(run.stdout).toMatch(
    /^Wrote 0 packages in 0 files to c.tar.gz, \d+ B\n4 files are as in revision \d+ of [0-9a-f]{8}: import that first\n$/,
  );
  expect(imported.stdout).toMatch(
    /^Read 0 packages, .*\nNothing of it is new\nIt holds what changed since revision \d+ of [0-9a-f]{8}: the rest is in that archive\n$/,
  );
});

test("a damaged archive is refused with a way out, and the store stays as it is", async () => {
  const { archive } = await exported();
  const bytes = readFileSync(archive);
  writeFileSync(archive, bytes.subarray(0, bytes.length / 2));
  const elsewhere = makeProject();

  const run = await thoth(elsewhere, ["knowledge", "import", archive]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(
    `error[THOTH-E0107]: \`${archive}\` can't be taken: it is damaged or no tar.gz`,
  );
  expect(run.stderr).toContain("nothing was changed");
  expect(() => readdirSync(elsewhere.store)).toThrow("ENOENT");
});

test("a damaged file of the store is named and left out of the export", async () => {
  const { project } = await exported();
  const packages = join(project.store, "packages");
  const file = readdirSync(packages, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith("core/metadata.json"),
  );
  writeFileSync(join(packages, file ?? ""), "{");

  const run = await thoth(project, ["knowledge", "export", "-o", "c.tar.gz"]);

  expect(run.exitCode).toBe(4);
  expect(run.stdout).toContain("Wrote 2 packages in 3 files");
  expect(run.stdout).toContain("core/metadata.json: not JSON");
});

test("where the output can't be written, nothing is left behind", async () => {
  const { project } = await exported();
  const run = await thoth(project, ["knowledge", "export", "-o", "absent/c.tar.gz"]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("absent/c.tar.gz` can't be written (ENOENT)");
  expect(run.stderr).toContain("with -o");
  expect(Object.keys(project.files()).sort()).toEqual(["Pipfile", "Pipfile.lock", "b.tar.gz"]);
});

test.runIf(canMount)(
  "on a full disk an import says so, and goes on once there is space",
  async () => {
    const { archive, index } = await exported();
    const elsewhere = makeProject({ pipfile });
    const full = `mkdir -p ${elsewhere.store}; mount -t tmpfs -o size=16k none ${elsewhere.store}`;
    const kept = `cp -a ${elsewhere.store} ${elsewhere.home}/kept`;

    const run = await thoth(elsewhere, ["knowledge", "import", archive], {
      shell: withMounts(full, kept),
    });
    rmSync(elsewhere.store, { recursive: true });
    const store = join(elsewhere.home, "kept");
    const verified = await thoth(elsewhere, ["knowledge", "verify", "--store", store]);
    const again = await thoth(elsewhere, ["knowledge", "import", archive, "--store", store]);
    const advised = await thoth(
      elsewhere,
      ["advise", "--offline", "--verify", "none", "--store", store],
      { index: index.url },
    );

    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain("error[THOTH-E0412]: no space left");
    expect([verified.exitCode, again.exitCode, advised.exitCode]).toEqual([0, 0, 0]);
  },
);

test.runIf(canMount)("into a store that may not be written nothing is imported", async () => {
  const { archive } = await exported();
  const elsewhere = makeProject();
  const readOnly = `mkdir -p ${elsewhere.store}; mount -t tmpfs -o ro none ${elsewhere.store}`;

  const run = await thoth(elsewhere, ["knowledge", "import", archive], {
    shell: withMounts(readOnly),
  });

  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain("error[THOTH-E0406]");
});
