import { describe, expect, test } from "vitest";
import { admitsPython, chooseFile } from "./file-choice.ts";
import { rankTags } from "./tags.ts";

describe("Requires-Python", () => {
  test.each([
    [undefined, "3.11.7", true],
    ["", "3.11.7", true],
    [">=3.8", "3.11.7", true],
    [">=3.12", "3.11.7", false],
    ["<3.11", "3.11.7", false],
    ["==3.11.*", "3.11.7", true],
    [">=3.11.8", "3.11.7", false],
    [">=2.7, !=3.0.*, !=3.1.*", "3.11.7", true],
    [">=3.13", "3.13.0rc1", false],
    [">=3.12", "3.13.0rc1", true],
    ["three or later", "3.11.7", true],
  ])("%s on %s: %s", (requiresPython, python, answer) => {
    expect(admitsPython(requiresPython, python)).toBe(answer);
  });
});

const ranks = rankTags(["cp311-cp311-manylinux_2_17_x86_64", "cp311-none-any", "py3-none-any"]);
const own = { filename: "a-1-cp311-cp311-manylinux_2_17_x86_64.whl" };
const pure = { filename: "a-1-py3-none-any.whl" };
const foreign = { filename: "a-1-cp311-cp311-win_amd64.whl" };
const source = { filename: "a-1.tar.gz" };

describe("the file that a runtime installs", () => {
  test.each([
    ["the wheel with the best tag", [source, pure, own, foreign], own],
    ["any wheel that fits before a source distribution", [source, pure], pure],
    ["the source distribution where no wheel fits", [foreign, source], source],
    ["one for its Python", [{ ...own, requiresPython: ">=3.12" }, source], source],
    ["one that is not yanked", [{ ...own, yanked: "" }, source], source],
  ])("is %s", (_rule, files, file) => {
    expect(chooseFile({ files }, "3.11.7", ranks)).toEqual({ file });
  });

  test("may be yanked if all are: that is for others to judge", () => {
    const files = [{ ...own, yanked: "leaks" }];
    expect(chooseFile({ files }, "3.11.7", ranks)).toEqual({ file: files[0] });
  });

  test.each([
    ["no files", { files: [] }, "has no files"],
    ["files for other systems only", { files: [foreign] }, "has no file for this runtime"],
    [
      "files for other Pythons only",
      { files: [{ ...pure, requiresPython: ">=3.12" }] },
      "needs Python >=3.12",
    ],
    [
      "vanished",
      { files: [pure], vanished: "2026-01-02" },
      "has vanished from the index (seen 2026-01-02)",
    ],
  ])("there is none: %s", (_rule, facts, reason) => {
    expect(chooseFile(facts, "3.11.7", ranks)).toEqual({ reason });
  });
});
