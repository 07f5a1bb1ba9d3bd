import { readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, runEnvironment } from "../../fixtures/rig.ts";
import { editPipfile, type PipfileChange } from "./edit-pipfile.ts";

const pipfile = '[packages]\nweb = "*"  # kept\n';
const flask: PipfileChange = {
  kind: "add",
  entry: { category: "packages", name: "flask", version: "*", extras: [] },
};
const noWeb: PipfileChange = { kind: "remove", category: "packages", name: "web" };

async function edited(...changes: readonly PipfileChange[]) {
  const project = makeProject({ pipfile });
  const path = join(project.directory, "Pipfile");
  const { putBack } = await editPipfile(
    project.directory,
    {
      flags: {},
      environment: runEnvironment(project),
      workingDirectory: project.directory,
      signal: new AbortController().signal,
    },
    () => changes,
  );
  const text = () => readFileSync(path, "utf8");
  return { text, write: (now: string) => writeFileSync(path, now), putBack };
}

test("a refused change is taken back to the byte", async () => {
  const { text, putBack } = await edited(flask, noWeb);
  expect(text()).toBe('[packages]\nflask = "*"\n');

  expect(await putBack()).toBe("Pipfile was put back as it was (`--keep` leaves the change)\n");

  expect(text()).toBe(pipfile);
});

test("what others wrote meanwhile stays, and the refused change goes all the same", async () => {
  const { text, write, putBack } = await edited(flask, noWeb);
  write(`# by somebody else\n${text()}six = "*"\n`);

  expect(await putBack()).toBe(
    "Pipfile was changed by others meanwhile: this change alone was taken back\n",
  );

  expect(text()).toBe('# by somebody else\n[packages]\nsix = "*"\nweb = "*"  # kept\n');
});

test("a line that others wrote over the change is theirs", async () => {
  const { text, write, putBack } = await edited(flask);
  write('[packages]\nflask = "<3"\n');

  expect(await putBack()).toContain("what they wrote over this change stays");

  expect(text()).toBe('[packages]\nflask = "<3"\n');
});

test("a Pipfile that is a link stays one, and the file behind it is changed", async () => {
  const project = makeProject({ files: { "shared/Pipfile": pipfile } });
  const link = join(project.directory, "Pipfile");
  symlinkSync("shared/Pipfile", link);
  const surroundings = {
    ...{ flags: {}, environment: runEnvironment(project), workingDirectory: project.directory },
    signal: new AbortController().signal,
  };

  const { putBack } = await editPipfile(project.directory, surroundings, () => [flask]);

  expect(readlinkSync(link)).toBe("shared/Pipfile");
  expect(project.files()["shared/Pipfile"]).toBe(`${pipfile}flask = "*"\n`);
  await putBack();
  expect(project.files()["shared/Pipfile"]).toBe(pipfile);
});
