import { afterAll, beforeAll, expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import {
  describeWithPostgres,
  type PostgresServer,
  startPostgres,
} from "../../fixtures/postgres-server.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

let server: PostgresServer;

const startMs = 60_000;
const pipfile = '[packages]\napp = "*"\n';
const lock = (of: TestProject) => of.files()["Pipfile.lock"];

describeWithPostgres("knowledge in PostgreSQL", () => {
  beforeAll(async () => {
    server = await startPostgres();
  }, startMs);
  afterAll(() => server.remove());

  test("what was copied there gives the same lock to the byte, and comes back whole", async () => {
    const index = await servedIndex([
      wheel({ name: "app", version: "1.0", requires: ["core>=1"] }),
      wheel({ name: "core", version: "1.0" }),
    ]);
    const project = makeProject({ pipfile });
    await thoth(project, ["advise", "--verify", "none"], { index: index.url });
    const env = { THOTH_POSTGRESQL_URL: server.database("team").url };
    const shared = { env: { ...env, THOTH_KNOWLEDGE: "postgresql" }, index: index.url };
    const copied = await thoth(project, ["knowledge", "copy", "--to", "postgresql"], { env });
    const elsewhere = makeProject({ pipfile });

    const advised = await thoth(elsewhere, ["advise", "--offline", "--verify", "none"], shared);
    const back = await thoth(elsewhere, ["knowledge", "copy", "--to", "json"], { env });
    const again = await thoth(elsewhere, ["knowledge", "copy", "--to", "postgresql"], { env });

    const all = "New: 2 packages, 2 releases and 2 facts\nRead again: it has all of it\n";
    expect(copied.stdout).toMatch(/^Copied 2 packages to postgresql:\/\/127.0.0.1:\d+\/team\n/);
    expect(copied.stdout.endsWith(all)).toBe(true);
    expect(advised).toMatchObject({ exitCode: 0 });
    expect(lock(elsewhere)).toBe(lock(project));
    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(all) });
    expect(again.stdout).toContain("Nothing of it is new\nOther facts: 2 known before\n");
    expect(JSON.stringify([copied, advised, back, again])).not.toContain("superuser");
  });

  test("a database that is not there is told with the place of the setting, without credentials", async () => {
    const project = makeProject({
      pipfile,
      files: {
        ".thoth.yaml":
          "thoth:\n  knowledge: postgresql\n  postgresql_url: postgresql://me:hidden@127.0.0.1:1/team\n",
      },
    });

    const run = await thoth(project, ["advise", "--offline"]);

    expect(run).toMatchObject({
      exitCode: 4,
      stdout: "",
      stderr: expect.stringContaining(
        "error[THOTH-E0417]: no answer from the database `postgresql://127.0.0.1:1/team` (set by .thoth.yaml:3:19)",
      ),
    });
    expect(run.stderr).not.toContain("hidden");
  });
});
