import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const examples = fileURLToPath(new URL("../../fixtures/prescriptions", import.meta.url));

test("a lock in which a pseudonym stands in is explained, drawn and checked as any other", async () => {
  const index = await servedIndex([
    wheel({ name: "psycopg2", version: "2.9.9" }),
    wheel({ name: "psycopg2-binary", version: "2.9.9", requires: ["six"] }),
    wheel({ name: "six", version: "1.16.0" }),
  ]);
  const pipfile = `[packages]\npsycopg2 = {version = "*", markers = "sys_platform == 'linux'"}\n`;
  const project = makeProject({ pipfile });
  cpSync(examples, join(project.home, "prescriptions"), { recursive: true });
  const settings = "  labels: compiler=none\n  pseudonyms: true\n";
  project.write({ ".thoth.yaml": `thoth:\n  prescriptions: [../home/prescriptions]\n${settings}` });
  const run = (...args: readonly string[]) => thoth(project, args, { index: index.url });

  const advised = await run("advise", "--verify", "none");
  const lock = project.files()["Pipfile.lock"];
  const said = async (...args: readonly string[]) => (await run(...args)).stdout;

  expect(advised.stderr).toContain("psycopg2-binary 2.9.9 stands in for psycopg2");
  expect(JSON.parse(lock ?? "").default["psycopg2-binary"]).toMatchObject({
    markers: "sys_platform == 'linux'",
    version: "==2.9.9",
  });
  expect(await said("why", "six")).toContain(
    "Pipfile:2 psycopg2-binary * in place of psycopg2 > six",
  );
  expect(await said("why", "psycopg2")).toContain(
    "psycopg2 is not in the lock: psycopg2-binary stands in for it (Pipfile:2)",
  );
  expect(await said("why-not", "psycopg2")).toContain("one stands in for the other");
  expect(await said("graph")).toMatch(/^psycopg2-binary 2\.9\.9 .*\n└── six 1\.16\.0/);
  expect(await run("advise", "--check", "--verify", "none")).toMatchObject({ exitCode: 0 });
  expect(await run("diff", "Pipfile.lock", "--check")).toMatchObject({ exitCode: 0 });
});
