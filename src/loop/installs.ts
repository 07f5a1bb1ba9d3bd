import pLimit from "p-limit";
import type { Pin } from "../model/advice.ts";
import { excludingFailures, type FailureClass, type InstalledFact } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import { checkInstalled, type InstallPin } from "../solver/install-check.ts";
import type { Bench } from "./bench.ts";
import { fetchWheel } from "./fetch-wheel.ts";
import { pinnedProject } from "./pinned-project.ts";
import { resolveDirectly } from "./resolve-directly.ts";

/** Files fetched at once; builds among them take a core each. */
const atOnce = 8;

/**
 * Installs releases from their hash-checked files into a throwaway virtual environment of the
 * runtime, together with the rest of the stack, and imports them. What it showed becomes knowledge.
 */
export async function installReleases(bench: Bench, releases: readonly Release[]): Promise<void> {
  const { services, runtime } = bench;
  if (runtime.interpreter === undefined) return;
  const start = services.now();
  const wanted = new Map(releases.map((release) => [release.name, release] as const));
  const others = (await contextOf(bench, releases)).filter(({ name }) => !wanted.has(name));
  let done = 0;
  const total = wanted.size;
  const fetched = await pLimit(atOnce).map([...wanted.values(), ...others], async (release) => {
    const wheel = await fetchWheel(bench, release);
    if (wanted.has(release.name)) done += 1;
    services.emit({ type: "progress", stage: "fetching", done, total, current: release.name });
    return { release, wheel };
  });
  const ready = fetched.flatMap(({ release, wheel }) => (wheel.ok ? [{ ...wheel, release }] : []));
  for (const { release, wheel } of fetched) {
    if (wheel.ok || !wanted.has(release.name)) continue;
    keep(
      bench,
      release,
      failedFact(wheel.failure, wheel.detail, services.now() - start, services.now()),
    );
  }
  await check(
    bench,
    ready.filter(({ release }) => wanted.has(release.name)),
    ready.filter(({ release }) => !wanted.has(release.name)),
  );
}

async function check(
  bench: Bench,
  pins: readonly InstallPin[],
  context: readonly InstallPin[],
): Promise<void> {
  const { services, runtime } = bench;
  let done = 0;
  await checkInstalled({
    runtime,
    sandbox: await findSandbox(),
    pins,
    context,
    cacheDirectory: services.configuration.cacheDirectory,
    signal: services.signal,
    onResult: (release, fact) => {
      done += 1;
      keep(bench, release, fact);
      const current = `${release.name} ${release.version}`;
      services.emit({ type: "progress", stage: "verifying", done, total: pins.length, current });
    },
  });
}

function keep(bench: Bench, release: Release, fact: InstalledFact): void {
  const { services, runtime } = bench;
  services.store.putInstalled(release, runtime.id, fact);
  const { failure, detail = "" } = fact;
  if (failure === undefined || !excludingFailures.has(failure)) return;
  const text = `${release.name} ${release.version}`;
  services.emit({ type: "rejected", release: text, failure, detail });
}

/** What must be there for an import to work: the stack at hand, else what the releases need. */
async function contextOf(bench: Bench, releases: readonly Release[]): Promise<readonly Release[]> {
  const stack = [...(bench.stack?.pins.values() ?? [])].filter(
    ({ source }) => source === undefined,
  );
  const holds = (release: Release) =>
    stack.some(
      (pin: Pin) => pin.release.name === release.name && pin.release.version === release.version,
    );
  if (releases.every(holds)) return stack.map(({ release }) => release);
  const advice = await resolveDirectly(bench, pinnedProject(releases, bench.sources.order));
  if (advice.outcome !== "locked") return [];
  return [...advice.product.pins.values()].map(({ release }) => release);
}

function failedFact(
  failure: FailureClass,
  detail: string,
  durationMs: number,
  now: number,
): InstalledFact {
  return {
    outcome: "failed",
    failure,
    detail,
    modules: [],
    tools: {},
    durationMs,
    observedAt: new Date(now).toISOString(),
  };
}
