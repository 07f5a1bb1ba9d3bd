import type { Advice, Justification, NotNewest, Product } from "../model/advice.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { ReportedUnit } from "../model/pipeline-report.ts";
import { releaseText } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { type BestOptions, type BestStack, findBestStack } from "./best-stack.ts";
import type { AdviceContext } from "./context.ts";
import { costPartsOf, scoreOf } from "./cost.ts";
import { explain } from "./explain.ts";
import type { Incompatibility } from "./incompatibility.ts";
import { justifications } from "./justifications.ts";
import { justify } from "./justify.ts";
import { scoreOfLock, withDowngrades } from "./own-lock.ts";
import { pinsOf, verificationGaps } from "./pins.ts";
import { bootReport } from "./pipeline.ts";
import { pipelineReport } from "./pipeline-report.ts";
import { PrescribedStates } from "./prescribed/states.ts";
import { RefusedStacks } from "./refused-stacks.ts";
import { exclusionOf, mayHingeOnPrereleases } from "./stack.ts";
import { type ConsultingStep, withStandIns } from "./standing-in.ts";

/** Advice with what it stands on. */
export interface Consultation {
  readonly advice: Advice;
  /** Every list of releases that was looked at. */
  readonly consulted: readonly ReleaseList[];
  /** Decisions tried, those undone included. */
  readonly attempts: number;
  /** The score of the project's own lock; undefined: it has none that is a stack and known. */
  readonly lockScore: () => number | undefined;
  /** Searches made to find the best stack and to prove that it is. */
  readonly searches: number;
  /** What boots say of the inputs, and which units are switched off. */
  readonly notes: readonly Justification[];
  /** What each unit did; counted when somebody asks. */
  readonly pipeline: () => readonly ReportedUnit[];
}

export interface AdviseOptions {
  /** Pins must have been seen to install on the runtime. */
  readonly verify: boolean;
  /** Be content with the best stack that is known, though unknown facts could show a better one. */
  readonly content?: boolean;
  /** How many different stacks, the best first; undefined: one. */
  readonly count?: number;
  /** Asked once there is a stack, again and again: whether to be content with the best so far. */
  readonly stop?: () => boolean;
}

/**
 * The advice for a project on a runtime from what is known: a pure, synchronous function. Where
 * facts are missing it goes on without them and reports every gap that it met.
 */
export function advise(context: AdviceContext, options: AdviseOptions): Advice {
  return consult(context, options).advice;
}

/** The same, and what it stands on. */
export function consult(context: AdviceContext, options: AdviseOptions): Consultation {
  const consulting = consultInSteps(context, options);
  for (;;) {
    const { done, value } = consulting.next();
    if (done === true) return value;
  }
}

/** The same with pauses, between searches and within them, in which a caller may look after other things. */
export function consultInSteps(
  context: AdviceContext,
  options: AdviseOptions,
): Generator<ConsultingStep, Consultation> {
  return withStandIns(context, (one) => consultOn(one, options));
}

/** The advice for the project as it stands. */
function* consultOn(
  context: AdviceContext,
  options: AdviseOptions,
): Generator<ConsultingStep, Consultation> {
  const { notes, refusal } = bootReport(context);
  if (refusal !== undefined) return refusedAdvice(refusal, notes);
  const refused = new Map<string, string>();
  const stacks = new RefusedStacks();
  const states = new PrescribedStates();
  let attempts = 0;
  let searches = 0;
  for (;;) {
    const heeded = stacks.without(
      states.within(refused.size === 0 ? context : { ...context, refused }),
    );
    const best = yield* bestStack(heeded, options, {});
    attempts += best.attempts;
    searches += best.searches;
    const { catalog } = best.stack.result;
    const pins = pinsOf(best.stack.needed, catalog);
    if (refuseMalware(pins, context, refused)) continue;
    const advice = adviceOf(best, pins, options);
    if (advice.outcome === "locked" && states.change(pins, heeded)) continue;
    const verdict = stacks.judge(advice, heeded);
    if (verdict === "search on") continue;
    if (verdict !== undefined)
      return refusedAdvice(`every stack that was found is refused: ${verdict.reason}`, notes);
    return {
      advice:
        advice.outcome === "locked" ? yield* withOthers(advice, heeded, options, best) : advice,
      consulted: catalog.consulted(),
      lockScore: () => scoreOfLock(catalog),
      attempts,
      searches,
      notes,
      pipeline: () => pipelineReport(catalog, [...notes, ...saidOf(advice)]),
    };
  }
}

/** No search is made where a boot refuses the inputs. */
function refusedAdvice(message: string, notes: readonly Justification[]): Consultation {
  const conflict = { message, lines: [], story: [], culprits: [], fixes: [] };
  const advice = { outcome: "unsatisfiable", conflict } as const;
  return {
    advice,
    consulted: [],
    attempts: 0,
    searches: 0,
    lockScore: () => undefined,
    notes,
    pipeline: () => [],
  };
}

function saidOf(advice: Advice): readonly Justification[] {
  return advice.outcome === "locked" ? advice.product.justifications : [];
}

function* bestStack(
  context: AdviceContext,
  { stop }: AdviseOptions,
  start: BestOptions,
): Generator<ConsultingStep, Settled> {
  const finding = findBestStack(context, start);
  for (;;) {
    const { done, value } = finding.next();
    if (done === true) return { ...value, stopped: false };
    if (value !== undefined && stop?.() === true) return { ...value, stopped: true };
    yield value === undefined ? "searching" : "found";
  }
}

/** Another stack; undefined: the search was told to stop before there was one. */
function* anotherStack(
  context: AdviceContext,
  options: AdviseOptions,
  start: BestOptions,
): Generator<ConsultingStep, Settled | undefined> {
  const finding = bestStack(context, options, start);
  for (;;) {
    const { done, value } = finding.next();
    if (done === true) return value;
    if (value === "searching" && options.stop?.() === true) return undefined;
    yield "found";
  }
}

/** The best stack, or the best until the search was told to stop. */
interface Settled extends BestStack {
  readonly stopped: boolean;
}

/**
 * The next best stacks, each another one in at least one release that the project asks for; and what
 * must be known to find more of them.
 */
function* withOthers(
  advice: LockedAdvice,
  context: AdviceContext,
  options: AdviseOptions,
  best: Settled,
): Generator<ConsultingStep, LockedAdvice> {
  const excluded: Incompatibility[] = [];
  const others: Product[] = [];
  let last = best;
  while (others.length + 1 < (options.count ?? 1) && last.open.length === 0 && !last.stopped) {
    excluded.push(exclusionOf(last.stack, "is a stack that was found before"));
    const next = yield* anotherStack(context, options, { excluded, cores: last.cores });
    if (next === undefined) {
      last = { ...last, stopped: true };
      break;
    }
    last = next;
    const { result, needed } = last.stack;
    if (result.failure !== undefined) break;
    if (result.catalog.hasGaps && last.searches === 1) {
      last = { ...last, open: result.catalog.gaps() };
      break;
    }
    others.push(explained({ ...emptyProduct, pins: pinsOf(needed, result.catalog) }, last));
  }
  if (last === best) return advice;
  const { open, stopped } = last;
  return {
    ...advice,
    others,
    ...(open.length === 0 ? {} : { open }),
    ...(stopped ? { stopped } : {}),
  };
}

type LockedAdvice = Extract<Advice, { readonly outcome: "locked" }>;

/**
 * Notes pins of which a file is known to be malware by its hash; whether there are any. Looked at
 * once a stack is found, since the hashes of all that is passed over would cost more than the search.
 */
function refuseMalware(
  pins: Product["pins"],
  { knowledge }: AdviceContext,
  refused: Map<string, string>,
): boolean {
  if (knowledge.advisoryDatabase() === undefined) return false;
  const before = refused.size;
  for (const { release, files } of pins.values()) {
    for (const { filename, sha256 } of files) {
      const known = sha256 === undefined ? undefined : knowledge.malware(sha256);
      if (known === undefined) continue;
      refused.set(releaseText(release), `is malware (${known.id}, by the hash of ${filename})`);
    }
  }
  return refused.size > before;
}

function adviceOf(best: Settled, pins: Product["pins"], options: AdviseOptions): Advice {
  const { result } = best.stack;
  const { catalog, failure } = result;
  // Of a search for something better the gaps do not count: there is a stack without them
  const gaps = best.searches > 1 ? [] : catalog.gaps();
  if (failure !== undefined) {
    const [first, ...rest] = gaps;
    if (first !== undefined && mayHingeOnPrereleases(result)) {
      return { outcome: "incomplete", gaps: [first, ...rest], best: emptyProduct };
    }
    return { outcome: "unsatisfiable", conflict: explain(failure, catalog) };
  }
  const product: Product = { ...emptyProduct, pins };
  const { open, stopped } = best;
  const [first, ...rest] =
    gaps.length > 0 || (open.length > 0 && options.content !== true)
      ? gaps
      : verificationGaps(product, catalog.context, options.verify);
  if (first !== undefined) return { outcome: "incomplete", gaps: [first, ...rest], best: product };
  return {
    outcome: "locked",
    product: explained(product, best),
    ...(open.length === 0 ? {} : { open }),
    ...(stopped ? { stopped } : {}),
  };
}

/** Reasons are found when somebody asks for them: often nobody does. */
function explained(product: Product, best: BestStack): Product {
  const { stack, bound } = best;
  let reasons: ReadonlyMap<PackageName, NotNewest> | undefined;
  return {
    pins: product.pins,
    get notNewest() {
      reasons ??= justify(stack.needed, stack.result.catalog);
      return reasons;
    },
    justifications: withDowngrades(justifications(best), best),
    score: { value: scoreOf(stack.cost), atMost: scoreOf(bound), parts: costPartsOf(stack.cost) },
  };
}

const emptyProduct: Product = { pins: new Map(), notNewest: new Map(), justifications: [] };
