import { expect, test } from "vitest";
import { summary } from "../../fixtures/advice.ts";
import { hardCases, recorded, replay } from "../../fixtures/hard-cases.ts";

/** How much more than was recorded may be tried before the search counts as worse. */
const margin = 1.2;

test.each(hardCases())(
  "%s is solved or proved impossible, with no more effort than before",
  (name) => {
    const before = recorded()[name];
    const { advice, attempts, searches } = replay(name);
    const told = advice.outcome === "incomplete" ? missing(name, summary(advice)) : advice.outcome;
    const pins = advice.outcome === "locked" ? advice.product.pins.size : 0;

    expect({ told, pins }).toEqual({ told: before?.outcome, pins: before?.pins });
    expect(attempts, "decisions tried").toBeLessThanOrEqual((before?.attempts ?? 0) * margin);
    expect(searches, "searches made").toBeLessThanOrEqual((before?.searches ?? 0) * margin);
  },
);

/** The search goes where it did not go before, and nobody stored what is there. */
function missing(name: string, gaps: string): string {
  return `${gaps}; learn it: node bench/hard-cases.mjs --learn ${name}`;
}
