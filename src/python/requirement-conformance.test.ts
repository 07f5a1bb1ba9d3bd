import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import { markerText } from "./marker.ts";
import { requirementText, tryParseRequirement } from "./requirement.ts";

interface RequirementCase {
  readonly id: string;
  readonly in: string;
  readonly name: string;
  readonly canonical: string;
  readonly extras: readonly string[];
  readonly specifier: string;
  readonly url: string | null;
  readonly marker: string | null;
  readonly str: string;
}

test("every valid requirement is read into its parts and printed as in packaging", () => {
  const cases = conformanceCases<RequirementCase>("requirements", "valid");

  const failures = failing(cases, (testCase) => {
    const requirement = tryParseRequirement(testCase.in);
    if (requirement === undefined) return false;
    const { name, canonical, extras, specifier, url, marker } = requirement;
    return (
      name === testCase.name &&
      canonical === testCase.canonical &&
      JSON.stringify(extras) === JSON.stringify(testCase.extras) &&
      specifier.text === testCase.specifier &&
      (url ?? null) === testCase.url &&
      (marker === undefined ? null : markerText(marker)) === testCase.marker &&
      requirementText(requirement) === testCase.str
    );
  });

  expect(failures).toEqual([]);
});

test("every invalid requirement is refused", () => {
  const cases = conformanceCases<{ id: string; in: string }>("requirements", "invalid");

  const failures = failing(cases, (testCase) => tryParseRequirement(testCase.in) === undefined);

  expect(failures).toEqual([]);
});
