import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import {
  excludingFailures,
  type FailureClass,
  failedBesideOthers,
  type InstalledFact,
} from "../model/knowledge.ts";
import { type Release, releaseText } from "../model/release.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import { checkInstalled } from "../solver/install-check.ts";
import type { InstallPin } from "../solver/install-plan.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { fetchWheel } from "./fetch-wheel.ts";
import { pinnedProject } from "./pinned-project.ts";
import { resolveDirectly } from "./resolve-directly.ts";
import { stackmates } from "./stackmates.ts";

/** Files fetched at once; builds among them take a core each. */
const fetches = pLimit(8);
/** Groups got ready for the environments that come next. */
const groupsAtOnce = pLimit(16);
/** Throwaway environments at once, in all of this process. */
const environments = pLimit(availableParallelism());

/**
 * Installs releases from their hash-checked files into throwaway virtual environments of the
 * runtime and imports them: those of one stack together, every other one alone with what it needs.
 * What it showed becomes knowledge; what was thrown instead is given back, by `releaseText`.
 */
export async function installReleases(
  bench: Bench,
  releases: readonly Release[],
): Promise<ReadonlyMap<string, unknown>> {
  if (bench.runtime.interpreter === undefined) return new Map();
  const stack = stackOf(bench);
  const inStack = new Set(stack.map(releaseText));
  const unique = new Map(releases.map((release) => [releaseText(release), release]));
  const wanted = [...unique.values()].filter((release) => !isTried(bench, release));
  const together = wanted.filter((release) => inStack.has(releaseText(release)));
  const others = wanted.filter((release) => !inStack.has(releaseText(release)));
  const mates = await stackmates(bench, others);
  const alone = others.filter((release) => !mates.some((group) => group.wanted.includes(release)));
  const progress = meter(bench, wanted.length);
  const groups = [
    ...(together.length === 0 ? [] : [{ wanted: together, context: async () => stack }]),
    ...mates.map(({ wanted, context }) => ({ wanted, context: async () => context })),
    ...alone.map((release) => ({ wanted: [release], context: () => contextOf(bench, release) })),
  ];
  const thrown = new Map<string, unknown>();
  await groupsAtOnce.map(groups, async (group) => {
    try {
      await tryOut(bench, group, progress);
    } catch (error) {
      for (const release of group.wanted) thrown.set(releaseText(release), error);
    }
  });
  return thrown;
}

interface Group {
  readonly wanted: readonly Release[];
  /** What must be there for an import to work. */
  readonly context: () => Promise<readonly Release[]>;
}

type Progress = (stage: "fetching" | "verifying", release: Release) => void;

function meter({ services }: Bench, total: number): Progress {
  const done = { fetching: 0, verifying: 0 };
  return (stage, { name, version }) => {
    done[stage] += 1;
    const current = stage === "fetching" ? name : `${name} ${version}`;
    services.emit({ type: "progress", stage, done: done[stage], total, current });
  };
}

async function tryOut(bench: Bench, group: Group, progress: Progress): Promise<void> {
  const start = bench.services.now();
  const wanted = new Set(group.wanted.map(({ name }) => name));
  const context = (await group.context()).filter(({ name }) => !wanted.has(name));
  const fetched = await fetches.map([...group.wanted, ...context], async (release) => {
    const wheel = await fetchWheel(bench, release);
    if (wanted.has(release.name)) progress("fetching", release);
    return { release, wheel };
  });
  for (const { release, wheel } of fetched) {
    if (wheel.ok || !wanted.has(release.name)) continue;
    keep(bench, release, failedFact(wheel.failure, wheel.detail, start, bench.services.now()));
    progress("verifying", release);
  }
  const ready = fetched.flatMap(({ release, wheel }) => (wheel.ok ? [{ ...wheel, release }] : []));
  const isWanted = ({ release }: InstallPin) => wanted.has(release.name);
  await environments(async () =>
    checkInstalled({
      runtime: bench.runtime,
      sandbox: await findSandbox(),
      pins: ready.filter(isWanted),
      context: ready.filter((pin) => !isWanted(pin)),
      cacheDirectory: bench.services.configuration.cacheDirectory,
      signal: bench.services.signal,
      onResult: (release, fact) => {
        keep(bench, release, fact);
        progress("verifying", release);
      },
    }),
  );
}

function keep(bench: Bench, release: Release, fact: InstalledFact): void {
  const { services, runtime } = bench;
  services.store.putInstalled(release, runtime.id, fact);
  const { failure, detail = "" } = fact;
  if (failure === undefined || !excludingFailures.has(failure)) return;
  const beside = (fact.apartFrom ?? []).map(({ name, version }) => `${name} ${version}`);
  const text = [`${release.name} ${release.version}`, ...beside].join(" beside ");
  services.emit({ type: "rejected", release: text, failure, detail });
}

/** Releases of the stack being tried that an index has. */
function stackOf({ stack }: Bench): readonly Release[] {
  const pins = [...(stack?.pins.values() ?? [])];
  return pins.flatMap(({ source, release }) => (source === undefined ? [release] : []));
}

/** Failures of our limits and means, which may not be met another time. */
const worthAnotherTry: ReadonlySet<FailureClass> = new Set<FailureClass>([
  "timeout",
  "out-of-memory",
  "no-sandbox",
]);

/** Whether the very file that the runtime would install now was tried out before. */
function isTried({ services, runtime, learner }: Bench, release: Release): boolean {
  const fact = services.store.installed(release, runtime.id);
  if (fact?.sha256 === undefined || fact.sha256 === "") return false;
  if (fact.failure !== undefined && worthAnotherTry.has(fact.failure)) return false;
  if (failedBesideOthers(fact)) return false;
  const file = services.store.details(release)?.find(({ filename }) => filename === fact.filename);
  return file?.sha256 === fact.sha256 && learner.fileOf(release) === fact.filename;
}

/** What one release needs on the runtime, if that can be had together. */
async function contextOf(bench: Bench, release: Release): Promise<readonly Release[]> {
  // Nothing is imported without a sandbox
  if ((await findSandbox()) === undefined) return [];
  const advice = await resolveDirectly(bench, pinnedProject([release], bench.sources.order));
  if (advice.outcome === "incomplete")
    throw new ThothError("incomplete", `what ${releaseText(release)} needs is not known`);
  if (advice.outcome === "unsatisfiable") return [];
  return [...advice.product.pins.values()].map((pin) => pin.release);
}

function failedFact(
  failure: FailureClass,
  detail: string,
  start: number,
  now: number,
): InstalledFact {
  return {
    outcome: "failed",
    failure,
    detail,
    modules: [],
    tools: {},
    durationMs: now - start,
    observedAt: new Date(now).toISOString(),
  };
}
