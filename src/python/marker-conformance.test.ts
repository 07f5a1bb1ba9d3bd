import { expect, test } from "vitest";
import { conformanceCases, conformanceFile, failing } from "../../fixtures/conformance.ts";
import {
  evaluateMarker,
  type MarkerContext,
  MarkerEvaluationError,
  type MarkerValues,
  markerText,
  parseMarker,
  tryParseMarker,
} from "./marker.ts";

interface EvaluateCase {
  readonly id: string;
  readonly marker: string;
  readonly env: string;
  readonly override?: Readonly<Record<string, string | readonly string[]>>;
  readonly extra: string | null;
  readonly context: MarkerContext;
  readonly expected: boolean | { readonly error: string };
}

function environments(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const file = conformanceFile("markers");
  if (typeof file === "object" && file !== null && "environments" in file) {
    return JSON.parse(JSON.stringify(file.environments));
  }
  throw new Error("markers.json has no environments");
}

function overlay(testCase: EvaluateCase): MarkerValues {
  const override = Object.entries(testCase.override ?? {});
  return Object.fromEntries(
    override.map(([name, value]) => [name, typeof value === "string" ? value : new Set(value)]),
  );
}

test("every marker is read or refused, and printed, as in packaging", () => {
  const cases = conformanceCases<{ id: string; marker: string; ok: boolean; str?: string }>(
    "markers",
    "parse",
  );

  const failures = failing(cases, ({ marker, ok, str }) => {
    const tree = tryParseMarker(marker);
    if (!ok || tree === undefined) return !ok && tree === undefined;
    return str === undefined || markerText(tree) === str;
  });

  expect(failures).toEqual([]);
});

test("every marker evaluates as in packaging, its errors included", () => {
  const known = environments();
  const cases = conformanceCases<EvaluateCase>("markers", "evaluate");

  const failures = failing(cases, (testCase) => {
    const values = { ...known[testCase.env], ...overlay(testCase) };
    const { marker, extra, context, expected } = testCase;
    return sameAnswer(() => {
      return evaluateMarker(parseMarker(marker), values, extra ?? undefined, context);
    }, expected);
  });

  expect(failures).toEqual([]);
});

function sameAnswer(evaluate: () => boolean, expected: EvaluateCase["expected"]): boolean {
  try {
    return evaluate() === expected;
  } catch (error) {
    if (!(error instanceof MarkerEvaluationError)) throw error;
    return typeof expected === "object" && expected.error === error.kind;
  }
}
