import type { Advice, Justification, Product } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import type { ReportedUnit } from "../model/pipeline-report.ts";
import type { PackageName } from "../python/name.ts";
import type { AdviceContext } from "./context.ts";
import { addCosts, compareCosts, costOf } from "./cost.ts";
import { saidOf } from "./prescribed/sayings.ts";
import { bonusOf, type StandIn, standIns } from "./prescribed/stand-ins.ts";

/** Advice as far as it matters here. */
interface Consulted {
  readonly advice: Advice;
  readonly pipeline: () => readonly ReportedUnit[];
}

/** Whether who stops waiting has a stack already. */
export type ConsultingStep = "searching" | "found";

/** Finds the advice of one context, with pauses. */
type Consulting<T> = (context: AdviceContext) => Generator<ConsultingStep, T>;

/**
 * The advice, or a better one in which another package stands in for one that the project asks for.
 * That is taken only where the project allows it, since a lock pins what its manifest asks for; else
 * it is told, with what it would come to. A stand-in that others need to be absent is never taken.
 */
export function* withStandIns<T extends Consulted>(
  context: AdviceContext,
  consultOn: Consulting<T>,
): Generator<ConsultingStep, T> {
  let best = yield* consultOn(context);
  if (best.advice.outcome === "incomplete" || isStopped(best.advice)) return best;
  const isAllowed = context.project.settings?.takePseudonyms === true;
  const told: Justification[] = [];
  const tried = new Set<string>();
  let open: readonly Gap[] = [];
  let current = context;
  for (;;) {
    const next = standIns(current).find(({ unit, asked }) => !tried.has(`${unit.name} ${asked}`));
    if (next === undefined) break;
    tried.add(`${next.unit.name} ${next.asked}`);
    const other = yield* found(consultOn(next.context));
    if (isStopped(other.advice)) break;
    if (other.advice.outcome === "incomplete") open = [...open, ...other.advice.gaps];
    const isTaken = isAllowed && isBetter(other.advice, best.advice, next, context);
    told.push(...remarks(next, best.advice, other.advice, { isAllowed, isTaken }));
    if (!isTaken) continue;
    best = other;
    current = next.context;
  }
  if (tried.size === 0) return best;
  const { advice, pipeline } = best;
  return {
    ...best,
    advice: saying(advice, told, isAllowed ? open : []),
    pipeline: () => pipeline().map((unit) => ({ ...unit, count: unit.count + saidBy(unit, told) })),
  };
}

function saidBy({ name, state }: ReportedUnit, told: readonly Justification[]): number {
  return state === "on" ? told.filter(({ unit }) => unit === name).length : 0;
}

/** There is an answer already: who stops waiting now has that. */
function* found<T>(consulting: Generator<ConsultingStep, T>): Generator<ConsultingStep, T> {
  for (;;) {
    const { done, value } = consulting.next();
    if (done === true) return value;
    yield "found";
  }
}

function isStopped(advice: Advice): boolean {
  return advice.outcome === "locked" && advice.stopped === true;
}

/** Of equal ones that counts which the old lock pins. */
function isBetter(other: Advice, best: Advice, { name, asked }: StandIn, context: AdviceContext) {
  if (other.outcome !== "locked") return false;
  if (best.outcome !== "locked") return true;
  const difference = compareCosts(
    costWith(other.product, name, context),
    costWith(best.product, asked, context),
  );
  const { preferred } = context.project;
  return difference < 0 || (difference === 0 && preferred.has(name) && !preferred.has(asked));
}

function costWith({ pins, score }: Product, name: PackageName, context: AdviceContext) {
  const release = pins.get(name)?.release;
  const bonus = release === undefined ? 0 : bonusOf(release, context);
  return addCosts(costOf(score?.parts ?? {}), costOf({ disliked: -bonus }));
}

/** What becomes of an offer, and what its prescription has to say. */
function remarks(
  { unit, name, asked }: StandIn,
  best: Advice,
  other: Advice,
  { isAllowed, isTaken }: { readonly isAllowed: boolean; readonly isTaken: boolean },
): readonly Justification[] {
  const before = releaseOf(best, asked);
  const instead = before === undefined ? asked : `${asked} ${before}`;
  const offered = releaseOf(other, name);
  const scores = comparison(best, other);
  const shared = { package: isTaken ? name : asked, unit: unit.name };
  const by = `(prescription \`${unit.name}\`)`;
  if (isTaken) {
    const message = `${name} ${offered} stands in for ${asked}, which the project asks for ${by}${scores}`;
    const said = saidOf(unit).map((remark) => ({ ...remark, ...shared }));
    return [{ type: "WARNING", message, ...shared }, ...said];
  }
  const where =
    other.outcome === "unsatisfiable"
      ? `but no stack can have it: ${other.conflict.message}`
      : isAllowed
        ? `and is not taken: the stack is no better with it${scores}`
        : other.outcome === "incomplete"
          ? "ask for it in its place, or see with `--pseudonyms --dry-run` what it comes to"
          : `ask for it in its place, or take it with \`--pseudonyms\`${scores}`;
  const what = offered === undefined ? name : `${name} ${offered}`;
  const message = `${what} is offered in place of ${instead} ${by}: ${where}`;
  return [{ type: "INFO", message, ...shared }];
}

function releaseOf(advice: Advice, name: PackageName): string | undefined {
  return advice.outcome === "locked" ? advice.product.pins.get(name)?.release.version : undefined;
}

function comparison(best: Advice, other: Advice): string {
  const [before, after] = [best, other].map((advice) =>
    advice.outcome === "locked" ? advice.product.score?.value.toFixed(4) : undefined,
  );
  if (after === undefined) return "";
  return before === undefined
    ? "; without it there is no stack"
    : `; score ${after}, ${before} without it`;
}

/** The advice with more to say, and with what must be known to find a better one. */
function saying(advice: Advice, told: readonly Justification[], gaps: readonly Gap[]): Advice {
  if (advice.outcome === "incomplete") return advice;
  if (advice.outcome === "unsatisfiable") {
    const [first, ...rest] = gaps;
    return first === undefined
      ? advice
      : { outcome: "incomplete", gaps: [first, ...rest], best: nothing };
  }
  const { product, open = [] } = advice;
  const wanted = [...open, ...gaps];
  return {
    ...advice,
    product: {
      pins: product.pins,
      get notNewest() {
        return product.notNewest;
      },
      justifications: [...product.justifications, ...told],
      ...(product.score === undefined ? {} : { score: product.score }),
    },
    ...(wanted.length === 0 ? {} : { open: wanted }),
  };
}

const nothing: Product = { pins: new Map(), notNewest: new Map(), justifications: [] };
