import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { parsePolicyFile } from "./policy-file.ts";

test("rules name a package, its versions and a reason", () => {
  const text =
    '[[rule]]\npackage = "Foo_Bar"\nversion = "<2,!=1.5"\nreason = "it leaks"\n\n[[rule]]\npackage = "b"\nreason = "ours has that name"\n';

  expect(parsePolicyFile(text, "thoth.toml").rules).toMatchObject([
    { name: "foo-bar", specifier: "<2,!=1.5", reason: "it leaks", where: "thoth.toml:1" },
    { name: "b", specifier: "", reason: "ours has that name", where: "thoth.toml:6" },
  ]);
  expect(parsePolicyFile("", "thoth.toml").rules).toEqual([]);
});

test.each([
  ['rule = "a"\n', "`rule` must be a list of tables"],
  ['[[rule]]\npackage = "a"\n', "a `[[rule]]` without `reason`"],
  ['[[rule]]\nreason = "a"\n', "a `[[rule]]` without `package`"],
  [
    '[[rule]]\npackage = "a"\nreason = "b"\nversion = "2.x.y"\n',
    /^`2\.x\.y` is no version specifier: /,
  ],
  ['[[rule]]\npackage = "a"\nreason = "b"\nversions = "2"\n', "unknown key `versions` of `rule`"],
])("%j is refused", (text, message) => {
  const mistake = expect.objectContaining({
    code: "bad-configuration",
    message: typeof message === "string" ? message : expect.stringMatching(message),
  });

  expect(() => parsePolicyFile(text, "thoth.toml")).toThrow(ThothError);
  expect(() => parsePolicyFile(text, "thoth.toml")).toThrow(mistake);
});
