import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../../fixtures/folder.ts";
import { loadConfiguration, settingOrigins } from "../../config.ts";
import { settings } from "./settings.ts";

async function find(file: string, variables: Readonly<Record<string, string>>) {
  const projectDirectory = temporaryFolder();
  writeFiles(projectDirectory, { ".thoth.yaml": file });
  const environment = { HOME: projectDirectory, ...variables };
  const sources = { flags: {}, environment, projectDirectory };
  const configuration = await loadConfiguration(sources);
  const patient = { configuration, environment, settings: await settingOrigins(sources) };
  return settings.find(patient, new AbortController().signal);
}

test("what is set in vain is told: keys of the original's service, misspelt variables", async () => {
  const found = await find("host: khemenu.example\nthoth:\n  verify: none\n", {
    THOTH_STROE: "/srv/thoth",
    THOTH_GITHUB_TOKEN: "s3cret",
    THOTH_POSTGRES_SERVICE_HOST: "10.0.0.1",
    THOTH_OFFLINE: "true",
  });

  expect(found).toMatchObject([
    { condition: "works", text: "2 settings given: THOTH_OFFLINE and .thoth.yaml" },
    { condition: "warning", text: expect.stringContaining("`host`") },
    { condition: "warning", hint: "did you mean THOTH_STORE?" },
  ]);
});

test("values of settings are never told", async () => {
  const found = await find("thoth:\n  index_url: https://me:s3cret@index.example/simple\n", {});

  expect(JSON.stringify(found)).not.toContain("s3cret");
});

test("a secret in the project's file is warned of", async () => {
  const found = await find(
    "thoth:\n  postgresql_url: postgresql://me:s3cret@db.example/team\n",
    {},
  );

  expect(found.slice(1)).toMatchObject([
    { condition: "warning", hint: "set THOTH_POSTGRESQL_URL in the environment instead" },
  ]);
  expect(JSON.stringify(found)).not.toContain("s3cret");
});
