import { expect, test } from "vitest";
import { hasStaticDependencies, readCoreMetadata } from "./metadata.ts";
import { validateMetadata } from "./metadata-validation.ts";
import { parseMetadata } from "./raw-metadata.ts";

test("the headers are read, continued lines joined, the description left", () => {
  const text = [
    "Metadata-Version: 2.4",
    "Name: Flask",
    "version: 3.0.3",
    "Requires-Python: >=3.8",
    "Requires-Dist: Werkzeug>=3.0.0",
    "Requires-Dist: importlib-metadata>=3.6.0;",
    "    python_version < '3.10'",
    "Provides-Extra: async",
    "License-Expression: BSD-3-Clause",
    "Dynamic: License-File",
    "X-Other: no",
    "  more of it",
    "Project-URL: Source, https://git.example/flask",
    "",
    "Requires-Dist: not-a-header",
  ].join("\r\n");

  expect(readCoreMetadata(text)).toEqual({
    metadataVersion: "2.4",
    name: "Flask",
    version: "3.0.3",
    requiresPython: ">=3.8",
    requiresDist: ["Werkzeug>=3.0.0", "importlib-metadata>=3.6.0; python_version < '3.10'"],
    providesExtra: ["async"],
    licenseExpression: "BSD-3-Clause",
    licenseFiles: [],
    classifiers: [],
    dynamic: ["license-file"],
    projectUrls: ["Source, https://git.example/flask"],
  });
});

test.each([
  ["2.1", [], false],
  ["2.2", [], true],
  ["2.2", ["License"], true],
  ["2.2", ["Requires-Dist"], false],
  ["2.4", ["requires-python"], false],
  ["2.4", ["Provides-Extra"], false],
  ["3.0", [], true],
  ["", [], false],
])("PKG-INFO %s with dynamic %j has static dependencies: %s", (version, dynamic, expected) => {
  const fields = dynamic.map((field) => `Dynamic: ${field}\n`).join("");

  const metadata = readCoreMetadata(`Metadata-Version: ${version}\n${fields}`);

  expect(hasStaticDependencies(metadata)).toBe(expected);
});

const licence = (expression: string): readonly string[] =>
  validateMetadata(
    parseMetadata(
      `Metadata-Version: 2.4\nName: a\nVersion: 1\nLicense-Expression: ${expression}\n`,
    ),
  );

test.each([
  "MIT",
  "mit OR (apache-2.0 AND bsd-3-clause)",
  "GPL-2.0-only WITH Classpath-exception-2.0",
  "GPL-2.0+",
  "LicenseRef-Own.Terms-1",
])("`%s` is a licence expression", (expression) => {
  expect(licence(expression)).toEqual([]);
});

test.each([
  "Nope-1.0",
  "(MIT",
  "MIT)",
  "()",
  "MIT MIT",
  "MIT OR",
  "(MIT) WITH Classpath-exception-2.0",
  "GPL-2.0-only WITH MIT",
  "LicenseRef-a_b",
  "LicenseRef-a+",
])("`%s` is no licence expression", (expression) => {
  expect(licence(expression)).toEqual(["license-expression"]);
});

test.each([
  ["text/markdown", true],
  ["text/markdown; charset=UTF-8; variant=GFM", true],
  ['text/plain; charset="utf-8";', true],
  ["text/markdown; variant=Original", false],
  ["text/plain; charset=latin-1", false],
  ["text/html", false],
  ["text/markdown; x", false],
])("the content type %s is good: %s", (type, good) => {
  const text = `Metadata-Version: 2.1\nName: a\nVersion: 1\nDescription-Content-Type: ${type}\n`;

  expect(validateMetadata(parseMetadata(text)).length === 0).toBe(good);
});

test.each([
  ["LICENSE", true],
  ["doc/a.txt", true],
  ["../a", false],
  ["/a", false],
  ["C:/a", false],
  ["a\\b", false],
  ["*.txt", false],
  ["a//b", false],
])("the licence file %s is good: %s", (path, good) => {
  const text = `Metadata-Version: 2.4\nName: a\nVersion: 1\nLicense-File: ${path}\n`;

  expect(validateMetadata(parseMetadata(text)).length === 0).toBe(good);
});

test.each([
  ["package.module", true],
  ["package; private", true],
  ["package; public", false],
  ["class", false],
  ["1a", false],
])("the import name %s is good: %s", (name, good) => {
  const text = `Metadata-Version: 2.5\nName: a\nVersion: 1\nImport-Name: ${name}\n`;

  expect(validateMetadata(parseMetadata(text)).length === 0).toBe(good);
});

test("an mbox line and a header without a name are passed over as Python's email does", () => {
  expect(parseMetadata("From me\nName: a\n: x\n  y\nFrom you\n\nbody")).toEqual({
    raw: { name: "a", description: "From you\nbody" },
    unparsed: {},
  });
});
