import type { Consultation } from "../adviser/advise.ts";
import type { Manifest } from "../loop/manifest.ts";
import type { Advice, Justification, Pin, Product } from "../model/advice.ts";
import type {
  AdviceReport,
  LockResult,
  OtherStack,
  ReportedPin,
  ReportedRun,
  Verification,
} from "../model/advice-report.ts";
import { gapText } from "../model/gap.ts";
import { type Knowledge, type ReleaseList, releaseIn } from "../model/knowledge.ts";
import type { PolicyReport } from "../model/policy-report.ts";
import type { RecommendationType } from "../model/recommendation.ts";
import type { Runtime } from "../model/runtime.ts";
import { failureText, tellingLine } from "../reports/failure-text.ts";
import { momentText } from "../util/moment.ts";

/** All that a report is made of. */
export interface ReportInput {
  readonly manifest: Manifest;
  readonly shown: AdviceReport["project"];
  readonly advice: Advice;
  readonly runtime: Runtime;
  readonly knowledge: Knowledge & { revision(): string };
  readonly consulted: readonly ReleaseList[];
  readonly verify: "all" | "none";
  readonly recommendationType: RecommendationType;
  readonly offline: boolean;
  readonly lock: LockResult;
  /** Say of pins that stayed, too, why they are not the newest. */
  readonly everyReason: boolean;
  readonly warnings: AdviceReport["warnings"];
  readonly run?: ReportedRun | undefined;
  readonly policy?: PolicyReport | undefined;
  readonly notes: Consultation["notes"];
  readonly pipeline: Consultation["pipeline"];
  readonly lockScore: Consultation["lockScore"];
  /** The moment that the advice is of, ms; undefined: now. */
  readonly asOf?: number | undefined;
  readonly startedAt: number;
  readonly now: number;
}

/** One run of `thoth advise` as reports tell it. */
export function adviceReport(input: ReportInput): AdviceReport {
  const { advice, runtime, knowledge, consulted, now } = input;
  const product = productOf(advice);
  const oldest = Math.min(...consulted.map(({ checkedAt }) => checkedAt));
  return {
    outcome: advice.outcome,
    project: input.shown,
    runtime: { id: runtime.id, python: runtime.pythonFull },
    pins: product === undefined ? [] : reportedPins(product, input),
    lock: input.lock,
    verify: input.verify,
    recommendationType: input.recommendationType,
    ...scoreOf(input),
    justifications: product?.justifications ?? [],
    notes: input.notes,
    ...(input.everyReason ? { pipeline: input.pipeline() } : {}),
    warnings: [
      ...input.warnings,
      ...warningsOf(input.notes),
      ...(product === undefined ? [] : pinWarnings(product, knowledge)),
    ],
    ...(advice.outcome === "unsatisfiable" ? { conflict: advice.conflict } : {}),
    gaps: advice.outcome === "incomplete" ? advice.gaps.map(gapText) : [],
    ...(input.run === undefined ? {} : { run: input.run }),
    ...(input.policy === undefined ? {} : { policy: input.policy }),
    knowledge: {
      revision: knowledge.revision(),
      ...(consulted.length === 0 ? {} : { oldestMs: Math.max(0, now - oldest) }),
      advisories: advisoriesOf(knowledge),
      offline: input.offline,
      ...(input.asOf === undefined ? {} : { asOf: momentText(input.asOf) }),
    },
    startedAt: new Date(input.startedAt).toISOString(),
    durationMs: now - input.startedAt,
  };
}

function scoreOf({ advice, lockScore }: ReportInput): Pick<AdviceReport, "score" | "others"> {
  if (advice.outcome !== "locked" || advice.product.score === undefined) return {};
  const { product, others = [], open = [], stopped = false } = advice;
  const locked = lockScore() ?? null;
  const score = { ...advice.product.score, locked, stopped, complete: open.length === 0 };
  if (others.length === 0) return { score };
  return { score, others: others.flatMap((other) => otherStack(other, product)) };
}

function otherStack(other: Product, advised: Product): readonly OtherStack[] {
  if (other.score === undefined) return [];
  const names = [...new Set([...other.pins.keys(), ...advised.pins.keys()])].sort();
  const differences = names.flatMap((name) => {
    const version = other.pins.get(name)?.release.version ?? null;
    const here = advised.pins.get(name)?.release.version ?? null;
    return version === here ? [] : [{ name, version, here }];
  });
  return [{ score: other.score, differences }];
}

function productOf(advice: Advice): Product | undefined {
  if (advice.outcome === "locked") return advice.product;
  return advice.outcome === "incomplete" ? advice.best : undefined;
}

function pinWarnings(product: Product, knowledge: Knowledge): AdviceReport["warnings"] {
  const yanked = [...product.pins.values()].flatMap((pin) => yankedWarning(pin, knowledge));
  return [...yanked, ...warningsOf(product.justifications)];
}

function warningsOf(told: readonly Justification[]): AdviceReport["warnings"] {
  return told.flatMap(({ type, message }) => (type === "INFO" ? [] : [{ message }]));
}

function advisoriesOf(knowledge: Knowledge): AdviceReport["knowledge"]["advisories"] {
  const database = knowledge.advisoryDatabase();
  return database === undefined
    ? null
    : { newest: database.newest, importedAt: database.importedAt };
}

/** A yanked release is taken only where the Pipfile asks for exactly that (PEP 592). */
function yankedWarning(pin: Pin, knowledge: Knowledge): AdviceReport["warnings"] {
  if (pin.source !== undefined) return [];
  const { name, version, index } = pin.release;
  const files = releaseIn(knowledge.releases(name, index), version)?.files ?? [];
  const file = files.find(({ filename }) => filename === pin.filename);
  if (file?.yanked === undefined) return [];
  const why = file.yanked === "" ? "" : ` (${file.yanked})`;
  const who = pin.requiredBy.join(", ");
  return [{ message: `${name} ${version} is yanked${why}; ${who} asks for exactly this release` }];
}

function reportedPins(product: Product, input: ReportInput): readonly ReportedPin[] {
  const before = oldVersions(input.manifest);
  const direct = new Set<string>(
    input.manifest.pipfile.categories.flatMap(({ entries }) =>
      entries.map(({ canonical }) => canonical),
    ),
  );
  const pins = [...product.pins.values()].map((pin) =>
    reportedPin(pin, before, direct, product, input),
  );
  const removed = [...before].flatMap(([name, version]): readonly ReportedPin[] =>
    pins.some((pin) => pin.name === name) ? [] : [removedPin(name, version, direct.has(name))],
  );
  return [...pins, ...removed].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function reportedPin(
  pin: Pin,
  before: ReadonlyMap<string, string>,
  direct: ReadonlySet<string>,
  product: Product,
  input: ReportInput,
): ReportedPin {
  const { name, version } = pin.release;
  const previous = before.get(name);
  const now =
    pin.source === undefined ? version : (input.knowledge.source(pin.source)?.commit ?? version);
  const change = previous === undefined ? "added" : previous === now ? "kept" : "updated";
  return {
    name,
    version,
    ...(change === "updated" && previous !== undefined ? { previous } : {}),
    change,
    direct: direct.has(name),
    categories: pin.categories,
    ...(change === "kept" && !input.everyReason ? {} : newest(pin, product)),
    requiredBy: pin.requiredBy,
    verified: verification(pin, input),
  };
}

function newest(pin: Pin, product: Product): Pick<ReportedPin, "newest" | "whyNotNewest"> {
  const passedOver = product.notNewest.get(pin.release.name);
  if (passedOver === undefined) return { newest: pin.release.version };
  return { newest: passedOver.newest, whyNotNewest: passedOver.reason };
}

function removedPin(name: string, version: string, direct: boolean): ReportedPin {
  const verified = { state: "unknown", reason: "it left the stack" } as const;
  return { name, version, change: "removed", direct, categories: [], requiredBy: [], verified };
}

function oldVersions(manifest: Manifest): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const entries of manifest.lock?.categories.values() ?? []) {
    for (const [name, { version, ref }] of entries) {
      versions.set(name, version?.replace(/^===?/, "") ?? ref ?? "");
    }
  }
  return versions;
}

function verification(pin: Pin, { knowledge, runtime, verify }: ReportInput): Verification {
  if (pin.source !== undefined)
    return { state: "unknown", reason: "taken from a source, not from an index" };
  const fact = knowledge.installed(pin.release, runtime.id);
  if (fact?.outcome === "ok") return { state: "ok" };
  if (fact?.failure !== undefined) {
    const reason = failureText(fact.failure);
    const told = fact.detail === undefined ? reason : `${reason}: ${tellingLine(fact.detail)}`;
    return { state: "failed", reason: told };
  }
  if (runtime.interpreter === undefined)
    return { state: "unknown", reason: `no interpreter of ${runtime.id} here` };
  return { state: "unknown", reason: verify === "none" ? "--verify none" : "not tried yet" };
}
