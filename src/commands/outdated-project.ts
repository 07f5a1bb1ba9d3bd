import type { AdviceContext } from "../adviser/context.ts";
import { isYetToCome, timelyContext } from "../adviser/timely-knowledge.ts";
import { heldBackBy } from "../adviser/waiting.ts";
import { adviceContext } from "../loop/advice-context.ts";
import { adviceQuestion } from "../loop/advice-question.ts";
import type { Manifest } from "../loop/manifest.ts";
import type { Advice, Product } from "../model/advice.ts";
import type { AdviceReport } from "../model/advice-report.ts";
import { gapText } from "../model/gap.ts";
import type { Knowledge, ReleaseList } from "../model/knowledge.ts";
import type { OutdatedPackage, OutdatedProject } from "../model/outdated.ts";
import type { HeldBack } from "../model/policy-report.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { isOlderVersion, parseVersion, type Version } from "../python/version.ts";
import type { Services } from "../wiring.ts";

import { obtainAdvice } from "./advice-source.ts";
import { adviceWarnings } from "./advice-warnings.ts";
import { learnUnknownLicences, obtainEnded } from "./learn-unknown-licences.ts";
import { policyOutcome } from "./policy-report.ts";

/** How the packages of a project's lock stand; learns what is missing as advice does. */
export async function outdatedProject(
  manifest: Manifest,
  directory: string,
  services: Services,
): Promise<{ readonly project: OutdatedProject; readonly warnings: AdviceReport["warnings"] }> {
  const question = await adviceQuestion(manifest, services, { dev: true, upgrade: "all" });
  await learnUnknownLicences(question, obtainEnded);
  const { advice, consulted, failure, end } = await obtainAdvice(question, undefined);
  if (advice.outcome === "incomplete" && failure !== undefined) throw failure;
  await end();
  const context = timelyContext(adviceContext(question));
  const product = productOf(advice);
  const pins = product?.pins ?? new Map();
  const ground: Ground = {
    context,
    product,
    waiting: new Map(heldBackBy(pins, adviceContext(question)).map((one) => [one.name, one])),
    direct: new Set(question.project.requirements.map(({ name }) => name)),
  };
  const locked = lockedVersions(manifest);
  const names = new Set([...locked.keys(), ...pins.keys()]);
  const fromSources = [...names].filter((name) => isFromSource(name, locked, product));
  const packages = [...names]
    .filter((name) => !fromSources.includes(name))
    .sort()
    .map((name) => packageOf(name, locked.get(name), ground));
  const project: OutdatedProject = {
    directory,
    runtime: question.runtime.id,
    outcome: advice.outcome,
    ...(advice.outcome === "unsatisfiable" ? { conflict: advice.conflict.message } : {}),
    gaps: advice.outcome === "incomplete" ? advice.gaps.map(gapText) : [],
    packages,
    fromSources: fromSources.sort(),
  };
  const { warnings } = policyOutcome(question, advice, { consulted, failOn: undefined });
  return { project, warnings: [...adviceWarnings(question), ...warnings] };
}

interface Ground {
  readonly context: AdviceContext;
  /** What would be locked; undefined: nobody can say. */
  readonly product: Product | undefined;
  readonly waiting: ReadonlyMap<string, HeldBack>;
  readonly direct: ReadonlySet<PackageName>;
}

function productOf(advice: Advice): Product | undefined {
  if (advice.outcome === "locked") return advice.product;
  return advice.outcome === "incomplete" ? advice.best : undefined;
}

/** Normalised; undefined for an entry without a version. */
function lockedVersions({ lock }: Manifest): ReadonlyMap<PackageName, string | undefined> {
  const found = new Map<PackageName, string | undefined>();
  for (const entries of lock?.categories.values() ?? []) {
    for (const [raw, { version }] of entries) {
      const written = version?.replace(/^===?/, "");
      found.set(packageName(raw), written && (parseVersion(written)?.text ?? written));
    }
  }
  return found;
}

function isFromSource(
  name: PackageName,
  locked: ReadonlyMap<PackageName, string | undefined>,
  product: Product | undefined,
): boolean {
  const pin = product?.pins.get(name);
  if (pin !== undefined) return pin.source !== undefined;
  return locked.has(name) && locked.get(name) === undefined;
}

function packageOf(
  name: PackageName,
  current: string | undefined,
  { context, product, waiting, direct }: Ground,
): OutdatedPackage {
  const { knowledge, project, runtime } = context;
  const pin = product?.pins.get(name);
  const wanted = pin?.release.version;
  const latest = latestOf(name, pin?.release.index, { knowledge, project });
  const change = product === undefined ? undefined : changeOf(current, wanted);
  const because = product?.notNewest.get(name)?.reason;
  const advisories =
    current === undefined ? [] : knowledge.advisories(name, current)?.map(({ id }) => id);
  const coolDownUntil = waiting.get(name)?.eligible;
  return {
    name,
    ...(current === undefined ? {} : { current }),
    ...(wanted === undefined ? {} : { wanted }),
    ...(latest === undefined ? {} : { latest }),
    direct: direct.has(name),
    ...(change === undefined ? {} : { change }),
    outdated: change === "updated",
    ...(because === undefined ? {} : { blockedBy: because }),
    ...(coolDownUntil === undefined ? {} : { coolDownUntil }),
    installed: pin === undefined ? "unknown" : installedOf(pin.release, knowledge, runtime.id),
    ...(knowledge.advisoryDatabase() === undefined || advisories === undefined
      ? {}
      : { advisories }),
  };
}

function changeOf(
  current: string | undefined,
  wanted: string | undefined,
): NonNullable<OutdatedPackage["change"]> {
  if (current === wanted) return "kept";
  if (current === undefined) return "added";
  if (wanted === undefined) return "removed";
  return isOlderVersion(wanted, current) ? "downgraded" : "updated";
}

function installedOf(
  release: Release,
  knowledge: Knowledge,
  runtime: AdviceContext["runtime"]["id"],
): OutdatedPackage["installed"] {
  return knowledge.installed(release, runtime)?.outcome ?? "unknown";
}

/** The newest final release that is listed and not yanked as a whole, else the newest of all. */
function latestOf(
  name: PackageName,
  index: IndexUrl | undefined,
  { knowledge, project }: Pick<AdviceContext, "knowledge" | "project">,
): string | undefined {
  const indexes = index === undefined ? project.indexes : [index];
  const list = indexes
    .map((one) => knowledge.releases(name, one))
    .find((one) => one !== undefined && one.absent === undefined);
  let fallback: string | undefined;
  for (let position = 0; position < (list?.count ?? 0); position += 1) {
    const version = list && offered(list, position);
    if (version === undefined) continue;
    if (!version.isPrerelease) return version.text;
    fallback ??= version.text;
  }
  return fallback;
}

function offered(list: ReleaseList, position: number): Version | undefined {
  if (isYetToCome(list, position)) return undefined;
  const { files, vanished } = list.release(position);
  const isGone = vanished !== undefined || files.every(({ yanked }) => yanked !== undefined);
  return isGone ? undefined : parseVersion(list.version(position));
}
