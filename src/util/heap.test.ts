import fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "./heap.ts";

test("whatever the order of arrival, the least item comes first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (numbers, least) => {
      const heap = new Heap<number>((a, b) => a < b);
      for (const number of numbers) heap.push(number);
      heap.filter((number) => number >= least);
      const popped = Array.from({ length: heap.size }, () => heap.pop());
      expect(popped).toEqual(numbers.filter((one) => one >= least).sort((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
