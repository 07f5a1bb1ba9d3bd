import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { contextOf, summary } from "../../fixtures/advice.ts";
import type { Advice } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import { exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

const names = ["a", "b", "c", "d", "e", "f"];
const newest = 6;

/** From `from` on, newer releases of a package need the same, until another stretch begins. */
interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly needs: readonly string[];
}

const need = record({
  name: constantFrom(...names),
  least: integer({ min: 1, max: newest }),
  width: integer({ min: 0, max: 3 }),
  open: constantFrom(">=", "<=", "both"),
}).map(({ name, least, width, open }) => {
  if (open === "both") return `${name}>=${least},<=${least + width}`;
  return `${name}${open}${least}`;
});

const stretch = record({
  name: constantFrom(...names),
  from: integer({ min: 1, max: newest }),
  needs: array(need, { maxLength: 3 }),
});

/** A process that was killed and one that was not end with the same lock. */
test("learning more than the search asked for never changes its answer", async () => {
  await assert(
    property(
      array(stretch, { minLength: 6, maxLength: 20, size: "max" }),
      array(need, { minLength: 1, maxLength: 3 }),
      array(integer({ min: 1, max: newest }), { maxLength: 3 }),
      (stretches, demands, alsoLearnt) => {
        const little = learnt(stretches, demands, []);
        const more = learnt(stretches, demands, alsoLearnt);
        const all = summary(advise(contextOf(everything(stretches), demands), { verify: false }));

        // Of a failure only the fact must not change: more knowledge may prove it another way
        if (little.startsWith("locked")) expect([more, all]).toEqual([little, little]);
        else expect([more, all].filter((one) => !one.startsWith("unsatisfiable"))).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

/** Fills the gaps round by round, and of each release asked for some of its neighbours too. */
function learnt(
  stretches: readonly Stretch[],
  demands: readonly string[],
  also: readonly number[],
): string {
  const store = new MemoryStore();
  for (;;) {
    const advice = advise(contextOf(store, demands), { verify: false });
    const gaps = advice.outcome === "incomplete" ? advice.gaps : openIn(advice);
    if (gaps.length === 0) return summary(advice);
    for (const gap of gaps) fill(store, stretches, gap, also);
  }
}

function openIn(advice: Advice): readonly Gap[] {
  return advice.outcome === "locked" ? (advice.open ?? []) : [];
}

function fill(
  store: MemoryStore,
  stretches: readonly Stretch[],
  gap: Gap,
  also: readonly number[],
): void {
  if (gap.missing === "releases") {
    for (let version = 1; version <= newest; version += 1) {
      store.add(`${gap.name}==${version}`, { requires: false });
    }
  } else if (gap.missing === "metadata") {
    const { name, version } = gap.release;
    for (const one of [Number(version), ...also]) putNeeds(store, stretches, name, one);
  }
}

function everything(stretches: readonly Stretch[]): MemoryStore {
  const store = new MemoryStore();
  for (const name of names) {
    for (let version = 1; version <= newest; version += 1) {
      store.add(`${name}==${version}`, { requires: needsOf(stretches, name, version) });
    }
  }
  return store;
}

function putNeeds(
  store: MemoryStore,
  stretches: readonly Stretch[],
  name: string,
  version: number,
): void {
  store.putMetadata(exampleRelease(`${name}==${version}`), `${name}-${version}-py3-none-any.whl`, {
    state: "known",
    requires: needsOf(stretches, name, version),
    extras: [],
    via: "range",
    observedAt: "2026-01-01T00:00:00Z",
  });
}

function needsOf(stretches: readonly Stretch[], name: string, version: number): readonly string[] {
  const own = stretches.filter((one) => one.name === name && one.from <= version);
  const latest = own.reduce<Stretch | undefined>(
    (best, one) => (best === undefined || one.from > best.from ? one : best),
    undefined,
  );
  return latest?.needs ?? [];
}
