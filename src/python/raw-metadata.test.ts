import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import { readCoreMetadata } from "./metadata.ts";
import { validateMetadata } from "./metadata-validation.ts";
import { type ParsedMetadata, parseMetadata } from "./raw-metadata.ts";

interface MetadataCase extends ParsedMetadata {
  readonly id: string;
  readonly text: string;
  readonly invalidFields: readonly string[];
}

const cases = conformanceCases<MetadataCase>("metadata", "parse");

/** One text for equal values, whatever the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([key, item]) => [key, sorted(item)])
    .toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

test("headers and body read as packaging's parse_email reads them", () => {
  const matches = ({ text, raw, unparsed }: MetadataCase): boolean => {
    const parsed = parseMetadata(text);
    return isSame(parsed.raw, raw) && isSame(parsed.unparsed, unparsed);
  };

  expect(failing(cases, matches)).toEqual([]);
});

test("the refused fields are those that packaging refuses", () => {
  const matches = ({ text, invalidFields }: MetadataCase): boolean =>
    isSame(validateMetadata(parseMetadata(text)), invalidFields);

  expect(failing(cases, matches)).toEqual([]);
});

test("the fast reader agrees on names, versions and dependencies", () => {
  const matches = ({ text, unparsed, raw }: MetadataCase): boolean => {
    const { name = "", version = "", requires_dist: requires = [] } = raw;
    const core = readCoreMetadata(text);
    const isNamed = core.name === name || Object.hasOwn(unparsed, "name");
    return isSame(core.requiresDist, requires) && core.version === version && isNamed;
  };

  expect(failing(cases, matches)).toEqual([]);
});
