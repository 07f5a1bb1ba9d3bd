import { expect, test } from "vitest";
import type { PackageFact } from "../../model/package-fact.ts";
import { licenceChecks } from "./licence.ts";
import { hostedRepository, sourceLink } from "./source-link.ts";

function licence(said: Partial<PackageFact> & { readonly classifiers?: readonly string[] }) {
  const { classifiers = [], ...rest } = said;
  const about: PackageFact = {
    from: "index",
    version: "1.0",
    licenseFiles: [],
    links: [],
    observedAt: "2026-11-24T00:00:00Z",
    ...rest,
    classifiers: classifiers.map((one) => `License :: ${one}`),
  };
  const [found] = licenceChecks({
    history: { listed: [], stable: [], latest: undefined, vanished: new Set() },
    used: undefined,
    status: undefined,
    attests: undefined,
    about,
    repository: undefined,
    advisories: () => undefined,
    now: 0,
  });
  return [found?.verdict, found?.value, found?.score];
}

test.each<readonly [string, Parameters<typeof licence>[0], readonly unknown[]]>([
  [
    "an SPDX expression",
    { licenseExpression: "MIT OR Apache-2.0" },
    ["good", "MIT OR Apache-2.0", 10],
  ],
  ["an expression that is none", { licenseExpression: "Mine" }, ["weak", "Mine", 9]],
  ["an identifier in the older field", { license: "bsd-3-clause" }, ["good", "bsd-3-clause", 10]],
  ["a spelling that means one licence", { license: "The MIT License" }, ["good", "MIT", 10]],
  ["a spelling that means several", { license: "BSD" }, ["good", "BSD", 9]],
  ["an exact classifier", { classifiers: ["OSI Approved :: MIT License"] }, ["good", "MIT", 10]],
  ["a heading alone", { classifiers: ["OSI Approved"] }, ["bad", "none", 0]],
  ["nothing", {}, ["bad", "none", 0]],
  ["what setuptools wrote for nothing", { license: "UNKNOWN" }, ["bad", "none", 0]],
  ["a file alone", { licenseFiles: ["LICENSE"] }, ["weak", "none", 0]],
  ["words of its own", { license: "be nice" }, ["weak", "be nice", 9]],
  [
    "a proprietary one",
    { classifiers: ["Other/Proprietary License"] },
    ["weak", "Other/Proprietary License", 9],
  ],
])("%s", (_what, said, expected) => {
  expect(licence(said)).toEqual(expected);
});

test.each<readonly [string, Parameters<typeof licence>[0], string]>([
  [
    "MIT and GPL",
    { license: "MIT", classifiers: ["OSI Approved :: GNU General Public License v3 (GPLv3)"] },
    "weak",
  ],
  [
    "GPL and LGPL",
    {
      license: "GPL",
      classifiers: ["OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"],
    },
    "weak",
  ],
  [
    "an expression and a classifier",
    { licenseExpression: "MIT", classifiers: ["OSI Approved :: BSD License"] },
    "weak",
  ],
  [
    "a version and its family",
    { license: "Apache-2.0", classifiers: ["OSI Approved :: Apache Software License"] },
    "good",
  ],
  [
    "one of two classifiers",
    {
      license: "MIT",
      classifiers: ["OSI Approved :: Apache Software License", "OSI Approved :: MIT License"],
    },
    "good",
  ],
  [
    "words that tell nothing",
    { license: "see COPYING", classifiers: ["OSI Approved :: MIT License"] },
    "good",
  ],
  [
    "a whole text that names another in passing",
    {
      license: `MIT License ${"x".repeat(200)} not the GPL`,
      classifiers: ["OSI Approved :: MIT License"],
    },
    "good",
  ],
])("fields that say %s are %s", (_what, said, verdict) => {
  expect(licence(said)[0]).toBe(verdict);
});

test.each([
  [["Source, https://github.com/pallets/flask/"], "https://github.com/pallets/flask/"],
  [["Docs, https://docs.example/", "Home, https://github.com/a/b"], "https://github.com/a/b"],
  [["Sponsor, https://github.com/pallets"], undefined],
  [["Source Code, https://user:secret@git.example/a/b?x#y"], "https://git.example/a/b"],
  [["Source, javascript:alert(1)", "no address"], undefined],
  [["Homepage, https://evil.example/github.com/a"], undefined],
])("of the links %j the source is %s", (links, expected) => {
  expect(sourceLink(links)).toBe(expected);
});

test.each([
  ["https://github.com/pallets/flask/", "pallets/flask"],
  ["https://github.com/pallets/flask.git", "pallets/flask"],
  ["https://gitlab.com/group/sub/project/-/tree/main", "group/sub/project"],
  ["https://github.com/pallets/..", undefined],
  ["https://github.com/a%2f..%2f/b", undefined],
  ["https://github.com/pallets", undefined],
])("the repository of %s is %s", (address, path) => {
  expect(hostedRepository(address)?.path).toBe(path);
});
