import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeNameIndex, headLength, indexLength, NameIndex } from "./name-index.ts";

const word = fc.stringMatching(/^[a-z0-9-]{1,6}$/);
const paths = fc.uniqueArray(fc.stringMatching(/^[a-zü/.]{1,9}$/), { minLength: 1, maxLength: 3 });

function opened(bytes: Buffer, read = () => bytes): NameIndex {
  expect(indexLength(bytes)).toBe(bytes.length);
  return new NameIndex(bytes.subarray(0, headLength(bytes)), read);
}

const encoded = (wanted: Readonly<Record<string, readonly string[]>>) =>
  encodeNameIndex(
    { of: "test" },
    new Map(Object.entries(wanted).map(([name, own]) => [name, new Set(own)])),
  );

test("what was put in is found, and nothing else", () => {
  fc.assert(
    fc.property(fc.dictionary(word, paths), fc.array(word), (wanted, others) => {
      const index = opened(encoded(wanted));

      expect(index.header).toEqual({ of: "test" });
      for (const name of [...Object.keys(wanted), ...others])
        expect(index.files(name)).toEqual(Object.hasOwn(wanted, name) ? wanted[name] : []);
      expect(Object.fromEntries(index.entries())).toEqual({ ...wanted });
    }),
  );
});

test("names with the same hash are told apart", () => {
  // Both are 0xcc28a16b by FNV-1a
  const index = opened(encoded({ "pkg-mtzl": ["a"], "pkg-33ap": ["b"] }));

  expect([index.files("pkg-mtzl"), index.files("pkg-33ap")]).toEqual([["a"], ["b"]]);
});

test("lines are read only for a name that may be there", () => {
  let reads = 0;
  const bytes = encoded({ flask: ["a"] });
  const index = opened(bytes, () => {
    reads += 1;
    return bytes;
  });

  expect([index.files("django"), reads]).toEqual([[], 0]);
  expect([index.files("flask"), index.files("flask"), reads]).toEqual([["a"], ["a"], 1]);
});
