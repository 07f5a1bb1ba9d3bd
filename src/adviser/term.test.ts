import { array, assert, boolean, constantFrom, property, tuple } from "fast-check";
import { expect, test } from "vitest";
import { parseVersion, type Version } from "../python/version.ts";
import { contains, noVersion, singleVersion, union } from "../python/version-range.ts";
import {
  intersectTerms,
  negate,
  negative,
  positive,
  relation,
  type Term,
  unionTerms,
} from "./term.ts";

const versions: readonly Version[] = ["1", "2", "3", "4"].flatMap((text) => {
  const version = parseVersion(text);
  return version === undefined ? [] : [version];
});

/** What may be true of a package: one of its versions is selected, or (undefined) none is. */
const worlds: readonly (Version | undefined)[] = [undefined, ...versions];

const anyTerm = tuple(boolean(), array(constantFrom(...versions), { maxLength: 4 })).map(
  ([sign, chosen]) => {
    const range = chosen.map(singleVersion).reduce(union, noVersion);
    return sign ? positive(range) : negative(range);
  },
);

function holds(term: Term, world: Version | undefined): boolean {
  return (world !== undefined && contains(term.range, world)) === term.positive;
}

test("both of two terms, either of them, and the opposite of one mean what they say", async () => {
  await assert(
    property(anyTerm, anyTerm, (left, right) => {
      for (const world of worlds) {
        const [one, other] = [holds(left, world), holds(right, world)];
        expect(holds(intersectTerms(left, right), world)).toBe(one && other);
        expect(holds(unionTerms(left, right), world)).toBe(one || other);
        expect(holds(negate(left), world)).toBe(!one);
      }
    }),
  );
});

test("a term is called true or false only where what is known leaves no other way", async () => {
  await assert(
    property(anyTerm, anyTerm, (known, term) => {
      const possible = worlds.filter((world) => holds(known, world));
      const answer = relation(known, term);

      if (answer === "satisfied") expect(possible.every((world) => holds(term, world))).toBe(true);
      if (answer === "contradicted" && possible.length > 0) {
        expect(possible.some((world) => holds(term, world))).toBe(false);
      }
    }),
  );
});
