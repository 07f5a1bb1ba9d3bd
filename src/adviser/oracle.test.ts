import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { contextOf, project } from "../../fixtures/advice.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

/**
 * A small world: each package has some of the versions 1 to 4, with dependencies and with those of
 * its only extra, `x`. The oracle tries every stack.
 */
interface World {
  readonly releases: readonly Release[];
  readonly demands: readonly Demand[];
}

interface Release {
  readonly name: string;
  readonly version: number;
  readonly needs: readonly Demand[];
  readonly extraNeeds: readonly Demand[];
  readonly usable: "yes" | "yes " | "yes  " | "yanked" | "other-python";
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
});

const world = record({
  releases: array(release, { minLength: 4, maxLength: 20, size: "max" }),
  demands: array(demand, { minLength: 1, maxLength: 4 }),
});

test("a stack is found where there is one, and it satisfies everyone", async () => {
  await assert(
    property(world, (tried) => {
      const { releases, demands } = distinct(tried);
      const possible = someStack(releases, demands);

      const advice = advise(contextOf(storeOf(releases), project(...demands.map(line))), {
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

test("where the newest of everything fits together, the newest of everything is taken", async () => {
  await assert(
    property(world, (tried) => {
      const { releases, demands } = distinct(tried);
      const newest = newestStack(releases, demands);
      if (newest === undefined) return;

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
function distinct({ releases, demands }: World): World {
  const byKey = new Map<string, Release>();
  for (const one of releases) {
    const key = `${one.name} ${one.version}`;
    if (!byKey.has(key)) byKey.set(key, one);
  }
  for (const name of ["a", "b", "c", "d", "e"]) {
    if ([...byKey.values()].some((one) => one.name === name)) continue;
    byKey.set(`${name} 1`, { name, version: 1, needs: [], extraNeeds: [], usable: "yes" });
  }
  return { releases: [...byKey.values()], demands };
}

function storeOf(releases: readonly Release[]): MemoryStore {
  const store = new MemoryStore();
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

/** The stack of the newest usable version of each package that is reached; undefined: it does not fit. */
function newestStack(
  releases: readonly Release[],
  demands: readonly Demand[],
): ReadonlyMap<string, number> | undefined {
  const newest = new Map<string, number>();
  for (const { name, version, usable } of releases) {
    if (usable === "yanked" || usable === "other-python") continue;
    newest.set(name, Math.max(version, newest.get(name) ?? 0));
  }
  if (faultOf(newest, releases, demands) !== undefined) return undefined;
  const names = reached(newest, releases, demands);
  return new Map([...newest].filter(([name]) => names.has(name)));
}
