import { expect, test } from "vitest";
import type { Advice } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { fewerStacks } from "./advice-warnings.ts";

const product = { pins: new Map(), notNewest: new Map(), justifications: [] };
const gap: Gap = {
  ...{ missing: "releases", name: packageName("flask"), requiredBy: "Pipfile:2" },
  index: indexUrl("https://index.example/simple"),
};

function told(some: Partial<Extract<Advice, { outcome: "locked" }>>, offline = true) {
  const advice: Advice = { outcome: "locked", product, others: [product], ...some };
  return fewerStacks(advice, { asked: 5, offline });
}

test("fewer stacks than were asked for have their reason, and as many have none", () => {
  expect(told({})).toEqual([
    { message: "2 of 5 stacks: no other choice of what the project asks for makes a stack" },
  ]);
  expect(told({ stopped: true })).toEqual([
    { message: "2 of 5 stacks: the search for more was stopped" },
  ]);
  expect(told({ open: [gap] })).toEqual([
    {
      message:
        "2 of 5 stacks: for more, 1 fact is missing, such as releases of flask (needed by Pipfile:2)",
      hint: "without `--offline` they are learnt",
    },
  ]);
  expect(told({ open: [gap] }, false)[0]).not.toHaveProperty("hint");
  expect(told({ others: [product, product, product, product] })).toEqual([]);
});
