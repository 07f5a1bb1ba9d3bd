import { expect, test } from "vitest";
import {
  parseRequirement,
  RequirementSyntaxError,
  requirementText,
  tryParseRequirement,
} from "./requirement.ts";

test.each([
  ["Flask", "Flask"],
  ["zope.interface [Test, a] >=5 , <6", "zope.interface[Test,a]<6,>=5"],
  ["enum34 (>=1.0.4) ; (python_version=='2.7')", 'enum34>=1.0.4; python_version == "2.7"'],
  ["name (>=1,)", "name>=1"],
  ["name ()", "name"],
  ["a@https://x.example/a;b.zip", "a @ https://x.example/a;b.zip"],
  ["a @ git+https://x.example/a ; os_name=='nt'", 'a @ git+https://x.example/a ; os_name == "nt"'],
  ["a===1.0-x;os_name=='nt'", 'a===1.0-x; os_name == "nt"'],
])("%j is printed as %j", (raw, text) => {
  const requirement = parseRequirement(raw);

  expect(requirementText(requirement)).toBe(text);
  expect(requirementText(parseRequirement(text))).toBe(text);
});

test("a requirement is read into its parts", () => {
  expect(parseRequirement("Zope.Interface[b, a]>=5")).toMatchObject({
    name: "Zope.Interface",
    canonical: "zope-interface",
    extras: ["a", "b"],
    specifier: { text: ">=5" },
  });
});

test.each([
  ["", 0, "expected a package name"],
  ["-flask", 0, "expected a package name"],
  ["flask 1.0", 6, "expected `;` and a marker, or the end"],
  ["flask >=1 <2", 10, "expected `,` and one more clause, `;` and a marker, or the end"],
  ["flask[a", 5, "`[` of the extras is never closed"],
  ["flask[a,]", 8, "expected the name of an extra after the comma"],
  ["flask (>=1", 10, "expected `,` or `)` after the version specifier"],
  ["flask @ ", 8, "expected a URL after `@`"],
  ["flask; os_name", 14, "expected an operator: <= < != == >= > ~= === in, not in"],
  ["flask===1,y", 5, "this is no version specifier"],
  ["flask; os_name == 'a'\n", 21, "expected `and`, `or` or the end"],
])("%j is refused with its place", (raw, offset, message) => {
  expect(tryParseRequirement(raw)).toBeUndefined();
  expect(() => parseRequirement(raw)).toThrow(RequirementSyntaxError);
  expect(() => parseRequirement(raw)).toThrow(expect.objectContaining({ offset, message }));
});
