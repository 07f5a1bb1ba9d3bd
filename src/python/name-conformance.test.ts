import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import { isNormalizedName, isValidName, packageName } from "./name.ts";

interface NameCase {
  readonly id: string;
  readonly in: string;
  readonly norm: string;
  readonly valid: boolean;
  readonly isNormalized: boolean;
}

test("every name is normalised and judged as in packaging", () => {
  const failures = failing(
    conformanceCases<NameCase>("names", "names"),
    (testCase) =>
      packageName(testCase.in) === testCase.norm &&
      isValidName(testCase.in) === testCase.valid &&
      isNormalizedName(testCase.in) === testCase.isNormalized,
  );

  expect(failures).toEqual([]);
});
