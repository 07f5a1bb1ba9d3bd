import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import type { RemedyEdit } from "../model/advice.ts";
import { readManifest } from "./manifest.ts";
import { remedyText } from "./remedy-text.ts";

const pipfile = `[packages]
kit = { extras = ["qt"], version = "==1.0" } # for the window
tool = {version = '==1.0', index = "pypi"}
bare = "1.0"

[packages.wide]
version = "==1.0"
extras = ["x"]
`;

function told(text: string, file: string, edit: RemedyEdit): string {
  const folder = temporaryFolder();
  writeFiles(folder, { [file]: text });
  return remedyText(
    { edits: [edit], versions: { b: "1.0" }, downgrades: 0 },
    readManifest(folder, folder),
  );
}

function requirement(name: string, where: string): RemedyEdit {
  return { kind: "requirement", where, name, before: "==1.0", after: "~=2.0" };
}

test.each([
  ["kit", 2, 'kit = { extras = ["qt"], version = "~=2.0" }'],
  ["tool", 3, 'tool = {version = "~=2.0", index = "pypi"}'],
  ["bare", 4, 'bare = "~=2.0"'],
  ["wide", 6, 'version = "~=2.0" of wide'],
])("the line of %s is told as it is to be written", (name, line, written) => {
  const edit = requirement(name, `Pipfile:${line}`);

  expect(told(pipfile, "Pipfile", edit)).toBe(`${written} (Pipfile:${line}) resolves: b 1.0`);
});

test("extras and the marker of a line of requirements.in stay", () => {
  const text = 'kit[qt]==1.0 ; python_version > "3"\n';
  const edit = requirement("kit", "requirements.in:1");

  expect(told(text, "requirements.in", edit)).toBe(
    'kit[qt]~=2.0; python_version > "3" (requirements.in:1) resolves: b 1.0',
  );
});

test("a line that goes is named", () => {
  const edit = { kind: "removal", where: "Pipfile:4", name: "bare", before: "==1.0" } as const;

  expect(told(pipfile, "Pipfile", edit)).toBe("leaving out bare (Pipfile:4) resolves: b 1.0");
});
