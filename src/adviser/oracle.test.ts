import { array, assert, constantFrom, dictionary, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { advisory, contextOf, project } from "../../fixtures/advice.ts";
import type { AdvisoryRank } from "../model/advisory.ts";
import type { Project } from "../model/project.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

/**
 * A small world: each package has some of the versions 1 to 4, with dependencies and with those of
 * its only extra, `x`; advisories apply to some releases, and an old lock holds some. The oracle
 * tries every stack.
 */
interface World {
  readonly releases: readonly Release[];
  readonly demands: readonly Demand[];
  readonly old: Readonly<Record<string, number>>;
}

interface Release {
  readonly name: string;
  readonly version: number;
  readonly needs: readonly Demand[];
  readonly extraNeeds: readonly Demand[];
  readonly usable: "yes" | "yes " | "yes  " | "yanked" | "other-python";
  readonly rank: AdvisoryRank | undefined;
}

interface Demand {
  readonly name: string;
  readonly extra: boolean;
  readonly operator: string;
  readonly version: number;
}

const demand = record({
  name: constantFrom("a", "b", "c", "d", "e"),
  extra: constantFrom(false, false, false, true),
  operator: constantFrom(">=", ">=", "<=", "<=", "==", "!=", ">", "<"),
  version: integer({ min: 1, max: 4 }),
});

const release = record({
  name: constantFrom("a", "b", "c", "d", "e"),
  version: integer({ min: 1, max: 4 }),
  needs: array(demand, { maxLength: 3 }),
  extraNeeds: array(demand, { maxLength: 2 }),
  usable: constantFrom("yes", "yes ", "yes  ", "yanked", "other-python"),
  rank: constantFrom(undefined, undefined, "LOW", "MEDIUM", "UNKNOWN", "CRITICAL"),
});

const world = record({
  releases: array(release, { minLength: 4, maxLength: 20, size: "max" }),
  demands: array(demand, { minLength: 1, maxLength: 4 }),
  old: dictionary(constantFrom("a", "b", "c", "d", "e"), integer({ min: 1, max: 4 })),
});

test("a stack is found where there is one, and it satisfies everyone", async () => {
  await assert(
    property(world, (tried) => {
      const { releases, demands, old } = distinct(tried);
      const possible = someStack(releases, demands);

      const advice = advise(contextOf(storeOf(releases), lockedTo(old, demands)), {
        verify: false,
      });

      expect(advice.outcome).toBe(possible === undefined ? "unsatisfiable" : "locked");
      if (advice.outcome !== "locked") return;
      const stack = new Map(
        [...advice.product.pins].map(([name, pin]) => [String(name), Number(pin.release.version)]),
      );
      expect(faultOf(stack, releases, demands)).toBeUndefined();
      expect(new Set(stack.keys())).toEqual(reached(stack, releases, demands));
    }),
    { numRuns: 3000 },
  );
});

test("advice of type security finds a stack exactly where there is one that is free of advisories", async () => {
  await assert(
    property(world, (tried) => {
      const { releases, demands, old } = distinct(tried);
      const free = releases.filter(({ rank }) => rank === undefined);

      const advice = advise(
        contextOf(storeOf(releases), lockedTo(old, demands), { recommendationType: "security" }),
        { verify: false },
      );

      const possible = someStack(free, demands);
      expect(advice.outcome).toBe(possible === undefined ? "unsatisfiable" : "locked");
      const pins = advice.outcome === "locked" ? [...advice.product.pins.values()] : [];
      const chosen = pins.map((pin) => `${pin.release.name} ${pin.release.version}`);
      expect(chosen.filter((one) => !free.some((known) => keyOf(known) === one))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test("where the best of everything fits together, the best of everything is taken", async () => {
  await assert(
    property(world, (tried) => {
      const { releases, demands } = distinct(tried);
      const newest = newestStack(releases, demands);
      // A stack that does without a package that much speaks against may be better
      if (newest === undefined || isAffected(newest, releases)) return;

      const advice = advise(contextOf(storeOf(releases), project(...demands.map(line))), {
        verify: false,
      });

      const pins = advice.outcome === "locked" ? [...advice.product.pins] : [];
      expect(new Map(pins.map(([name, pin]) => [name, Number(pin.release.version)]))).toEqual(
        newest,
      );
    }),
    { numRuns: 1000 },
  );
});

/** Each release and each package exists: the first of those that are alike, and a 1 of all. */
function distinct({ releases, demands, old }: World): World {
  const byKey = new Map<string, Release>();
  for (const one of releases) {
    if (!byKey.has(keyOf(one))) byKey.set(keyOf(one), one);
  }
  for (const name of ["a", "b", "c", "d", "e"]) {
    if ([...byKey.values()].some((one) => one.name === name)) continue;
    const made = { name, version: 1, needs: [], extraNeeds: [], usable: "yes" } as const;
    byKey.set(keyOf(made), { ...made, rank: undefined });
  }
  return { releases: [...byKey.values()], demands, old };
}

function keyOf({ name, version }: Pick<Release, "name" | "version">): string {
  return `${name} ${version}`;
}

function lockedTo(old: World["old"], demands: readonly Demand[]): Project {
  const preferred = new Map<PackageName, string>();
  for (const [name, version] of Object.entries(old))
    preferred.set(packageName(name), String(version));
  return { ...project(...demands.map(line)), preferred };
}

function storeOf(releases: readonly Release[]): MemoryStore {
  const store = new MemoryStore();
  store.known = new Map(
    releases.flatMap(({ name, version, rank }) =>
      rank === undefined
        ? []
        : [[`${name}==${version}`, [advisory(`ID-${name}-${version}`, { severity: { rank } })]]],
    ),
  );
  for (const { name, version, needs, extraNeeds, usable } of releases) {
    store.add(`${name}==${version}`, {
      requires: [...needs.map(line), ...extraNeeds.map((one) => `${line(one)} ; extra == "x"`)],
      extras: ["x"],
      ...(usable === "yanked" ? { yanked: "" } : {}),
      ...(usable === "other-python" ? { requiresPython: ">=3.12" } : {}),
    });
  }
  return store;
}

function line({ name, extra, operator, version }: Demand): string {
  return `${name}${extra ? "[x]" : ""}${operator}${version}`;
}

/** Tries every combination, older versions too. */
function someStack(
  releases: readonly Release[],
  demands: readonly Demand[],
): ReadonlyMap<string, number> | undefined {
  let stacks: ReadonlyMap<string, number>[] = [new Map()];
  for (const name of ["a", "b", "c", "d", "e"]) {
    const versions = releases.filter((one) => one.name === name).map(({ version }) => version);
    if (versions.length === 0) continue;
    stacks = stacks.flatMap((stack) =>
      versions.map((version) => new Map([...stack, [name, version]])),
    );
  }
  return stacks.find((stack) => faultOf(stack, releases, demands) === undefined);
}

/** What the demands reach in a stack must be there, usable, and as demanded. */
function faultOf(
  stack: ReadonlyMap<string, number>,
  releases: readonly Release[],
  demands: readonly Demand[],
): string | undefined {
  for (const one of reachedDemands(stack, releases, demands)) {
    const version = stack.get(one.name);
    if (version === undefined) return `${one.name} is missing`;
    if (!satisfies(version, one)) return `${one.name} ${version} is not ${line(one)}`;
    const chosen = releases.find((known) => known.name === one.name && known.version === version);
    const pinned = demands.find((own) => own.name === one.name && own.operator === "==");
    if (chosen === undefined || chosen.usable === "other-python") return `${line(one)}: unusable`;
    if (chosen.usable === "yanked" && pinned?.version !== version) return `${line(one)}: yanked`;
  }
  return undefined;
}

function reached(
  stack: ReadonlyMap<string, number>,
  releases: readonly Release[],
  demands: readonly Demand[],
): ReadonlySet<string> {
  return new Set(reachedDemands(stack, releases, demands).map(({ name }) => name));
}

function reachedDemands(
  stack: ReadonlyMap<string, number>,
  releases: readonly Release[],
  demands: readonly Demand[],
): readonly Demand[] {
  const queue = [...demands];
  const seen = new Set<string>();
  for (const { name, extra } of queue) {
    const chosen = releases.find((one) => one.name === name && one.version === stack.get(name));
    for (const key of extra ? ["", "x"] : [""]) {
      if (chosen === undefined || seen.has(`${name} ${key}`)) continue;
      seen.add(`${name} ${key}`);
      queue.push(...(key === "" ? chosen.needs : chosen.extraNeeds));
    }
  }
  return queue;
}

function satisfies(version: number, { operator, version: bound }: Demand): boolean {
  switch (operator) {
    case ">=":
      return version >= bound;
    case "<=":
      return version <= bound;
    case "==":
      return version === bound;
    case "!=":
      return version !== bound;
    case ">":
      return version > bound;
    default:
      return version < bound;
  }
}

function isAffected(stack: ReadonlyMap<string, number>, releases: readonly Release[]): boolean {
  return releases.some(
    ({ name, version, rank }) =>
      stack.get(name) === version && rank !== undefined && rank !== "LOW",
  );
}

const low: readonly Release["rank"][] = [undefined, "LOW"];
const medium: typeof low = [...low, "MEDIUM"];
const high: typeof low = [...medium, "UNKNOWN"];
const all: typeof low = [...high, "CRITICAL"];

/**
 * The stack of the best usable version of each package that is reached: the newest of those against
 * which the least is known; undefined: it does not fit.
 */
function newestStack(
  releases: readonly Release[],
  demands: readonly Demand[],
): ReadonlyMap<string, number> | undefined {
  const newest = new Map<string, number>();
  const usable = releases.filter((one) => one.usable.trim() === "yes");
  for (const ranks of [all, high, medium, low]) {
    const counting = usable.filter(({ rank }) => ranks.includes(rank));
    for (const { name } of counting) {
      const versions = counting.filter((one) => one.name === name).map(({ version }) => version);
      newest.set(name, Math.max(...versions));
    }
  }
  if (faultOf(newest, releases, demands) !== undefined) return undefined;
  const names = reached(newest, releases, demands);
  return new Map([...newest].filter(([name]) => names.has(name)));
}
