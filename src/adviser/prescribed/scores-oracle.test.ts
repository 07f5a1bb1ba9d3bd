import { array, assert, constantFrom, integer, property, record, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { contextOf, project } from "../../../fixtures/advice.ts";
import { prescriptionsOf } from "../../../fixtures/prescribed.ts";
import { noSettings } from "../../model/advice-settings.ts";
import type { PrescribedUnit } from "../../model/prescription.ts";
import { packageName } from "../../python/name.ts";
import { MemoryStore } from "../../store/memory-store.ts";
import { consult } from "../advise.ts";
import { costOf, scoreOf } from "../cost.ts";

/**
 * Small universes in which prescriptions weigh releases, alone and together, and an oracle that
 * walks every stack there is. It shares no code with the search save the formula of the score.
 */
const names = ["a", "b", "c", "d", "e"] as const;
const versions = ["1.0", "2.0", "3.0", "4.0"] as const;

/** Of a package all releases from one to another. */
interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Of each release of a package its needs. */
interface Need extends Span {
  readonly of: string;
  readonly at: number;
}

interface Opinion {
  readonly kind: "step" | "step.Group";
  readonly spans: readonly Span[];
  /** In hundredths; 0: never. */
  readonly score: number;
}

interface Universe {
  readonly needs: readonly Need[];
  readonly asked: readonly Span[];
  readonly opinions: readonly Opinion[];
}

const position = integer({ min: 0, max: 3 });
const span = record({ name: constantFrom(...names), from: position, to: position }).map((one) =>
  one.from <= one.to ? one : { ...one, from: one.to, to: one.from },
);
const opinion = record({
  kind: constantFrom<Opinion["kind"]>("step", "step.Group"),
  spans: uniqueArray(span, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
  score: constantFrom(-100, -50, -7, 0, 7, 50, 100),
}).map((one) => (one.spans.length === 1 ? { ...one, kind: "step" as const } : one));
const universe = record({
  needs: array(
    record({ of: constantFrom(...names), at: position, span }).map(({ span: of, ...one }) => ({
      ...of,
      ...one,
    })),
    { maxLength: 14 },
  ),
  asked: uniqueArray(span, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
  opinions: array(opinion, { minLength: 1, maxLength: 5 }),
});

test("of what prescriptions weigh, alone and together, the best stack is found and proved", async () => {
  let [preferred, unsatisfiable] = [0, 0];
  await assert(
    property(universe, (world) => {
      const best = bestOf(world);

      const { advice } = consult(contextOf(storeOf(world), projectOf(world)), { verify: false });

      expect(advice.outcome).toBe(best === undefined ? "unsatisfiable" : "locked");
      if (advice.outcome !== "locked" || best === undefined) {
        unsatisfiable += 1;
        return;
      }
      const stack = new Map(
        [...advice.product.pins].map(([name, { release }]) => [
          String(name),
          versions.findIndex((one) => one === release.version),
        ]),
      );
      const cost = costOfStack(stack, world);
      if (cost !== undefined && cost[0] !== (costOfStack(newestOf(world), world)?.[0] ?? 0))
        preferred += 1;
      expect(advice.product.score).toMatchObject({ value: scored(cost), atMost: scored(best) });
      expect(scored(cost)).toBe(scored(best));
    }),
    { numRuns: 600, seed: 6 },
  );
  expect([preferred > 30, unsatisfiable > 20]).toEqual([true, true]);
}, 60_000);

type Stack = ReadonlyMap<string, number>;
/** Disliked, asked, brought. */
type Weighed = readonly [number, number, number];

function scored(cost: Weighed | undefined): number | undefined {
  if (cost === undefined) return undefined;
  const [disliked, asked, brought] = cost;
  return scoreOf(costOf({ disliked, asked, brought }));
}

/** The least over all stacks; undefined: there is none. */
function bestOf(world: Universe): Weighed | undefined {
  let best: Weighed | undefined;
  const extend = (stack: Stack): void => {
    const open = demandsOf(stack, world).find(({ name }) => !stack.has(name));
    if (open === undefined) {
      const cost = costOfStack(stack, world);
      if (cost !== undefined && (best === undefined || isLess(cost, best))) best = cost;
      return;
    }
    for (const at of versions.keys()) {
      const next = new Map(stack).set(open.name, at);
      if (demandsOf(next, world).every((one) => !next.has(one.name) || holds(one, next)))
        extend(next);
    }
  };
  extend(new Map());
  return best;
}

function newestOf({ asked }: Universe): Stack {
  return new Map(asked.map(({ name, to }) => [name, to]));
}

function demandsOf(stack: Stack, { asked, needs }: Universe): readonly Span[] {
  const found: Span[] = [...asked];
  const seen = new Set<string>();
  for (const { name } of found) {
    if (seen.has(name)) continue;
    seen.add(name);
    found.push(...needs.filter(({ of, at }) => of === name && stack.get(name) === at));
  }
  return found;
}

function holds({ name, from, to }: Span, stack: Stack): boolean {
  const at = stack.get(name) ?? -1;
  return from <= at && at <= to;
}

/** Undefined where some opinion rules it out. */
function costOfStack(stack: Stack, world: Universe): Weighed | undefined {
  let disliked = 0;
  for (const { spans, score } of world.opinions) {
    if (!spans.every(({ name }) => stack.has(name))) continue;
    const together = spans.every((one) => holds(one, stack));
    if (score === 0 && together) return undefined;
    if (score < 0 ? together : !together) disliked += Math.abs(score);
  }
  let [asked, brought] = [0, 0];
  for (const [name, at] of stack) {
    const own = world.asked.find((one) => one.name === name);
    if (own === undefined) brought += newestUsable(name, 3, world) - at;
    else asked += newestUsable(name, own.to, world) - at;
  }
  return [disliked, Math.max(0, asked), Math.max(0, brought)];
}

/** A release that an opinion about it alone rules out is none that could be had. */
function newestUsable(name: string, from: number, { opinions }: Universe): number {
  const isOut = (at: number) =>
    opinions.some(
      ({ spans, score }) =>
        score === 0 &&
        spans.length === 1 &&
        spans.every((one) => holds(one, new Map([[name, at]]))),
    );
  for (let at = from; at >= 0; at -= 1) if (!isOut(at)) return at;
  return from;
}

function isLess(left: Weighed, right: Weighed): boolean {
  const part = left.findIndex((amount, at) => amount !== right[at]);
  return part >= 0 && (left[part] ?? 0) < (right[part] ?? 0);
}

function specifier({ from, to }: Span): string {
  return `>=${versions[from]},<=${versions[to]}`;
}

function storeOf({ needs }: Universe): MemoryStore {
  const store = new MemoryStore();
  for (const name of names)
    for (const [at, version] of versions.entries())
      store.add(`${name}==${version}`, {
        requires: needs
          .filter((one) => one.of === name && one.at === at)
          .map((one) => `${one.name}${specifier(one)}`),
      });
  return store;
}

function projectOf({ asked, opinions }: Universe) {
  const prescriptions = prescriptionsOf(opinions.map(unitOf));
  const settings = { ...noSettings, prescriptions };
  return { ...project(...asked.map((one) => `${one.name}${specifier(one)}`)), settings };
}

function unitOf({ kind, spans, score }: Opinion, at: number): PrescribedUnit {
  const wanted = spans.map((one) => ({ name: packageName(one.name), version: specifier(one) }));
  const [release, ...resolved] = wanted;
  const isStep = kind === "step" && release !== undefined;
  return {
    name: `own.Unit${at}`,
    kind,
    where: `own.yaml:${at}`,
    include: { off: false, adviser: true },
    match: [
      {
        ...(isStep ? { release } : {}),
        resolved: isStep ? resolved : wanted,
        from: [],
        fromOthers: false,
      },
    ],
    run: {
      stackInfo: [],
      justification: [],
      score: score / 100,
      ...(score === 0 ? { notAcceptable: "they say so" } : {}),
    },
  };
}
