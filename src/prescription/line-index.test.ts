import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeLineIndex, LineIndex } from "./line-index.ts";

test("what was put in is found, and nothing else", () => {
  const word = fc.stringMatching(/^[a-z0-9-]{1,6}$/);
  const files = fc.uniqueArray(fc.stringMatching(/^[a-zü/.]{1,9}$/), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.dictionary(word, files), fc.array(word), (wanted, others) => {
      const map = new Map(Object.entries(wanted).map(([name, own]) => [name, new Set(own)]));

      const index = new LineIndex(encodeLineIndex({ of: "test" }, map));

      expect(index.header()).toEqual({ of: "test" });
      for (const name of [...map.keys(), ...others])
        expect(index.files(name)).toEqual([...(map.get(name) ?? [])]);
      expect(new Map(index.entries())).toEqual(
        new Map([...map].map(([name, own]) => [name, [...own]])),
      );
    }),
  );
});
