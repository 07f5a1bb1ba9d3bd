import type { Justification, Product } from "../model/advice.ts";
import type { PackageName } from "../python/name.ts";
import type { AdviceContext } from "./context.ts";
import { blockedReason } from "./prescribed/inclusion.ts";
import { prescribedUnits } from "./prescribed/units.ts";
import { builtInUnits } from "./registry.ts";
import type {
  AdviserUnit,
  Boot,
  PassedOver,
  Pseudonym,
  Sieve,
  Step,
  Stride,
  UnitSource,
  Wrap,
} from "./unit.ts";

/** The units that have a say about the releases of one package, in their order. */
export interface PackageUnits {
  readonly pseudonyms: readonly Pseudonym[];
  readonly sieves: readonly Sieve[];
  readonly steps: readonly Step[];
  readonly wraps: readonly Wrap[];
}

/** What became of a unit in one advice: it took part, had nothing to do, or is switched off by name. */
export type UnitState = "on" | "idle" | "blocked";

/** The units of one advice, composed once (docs/resolver.md#units). */
export class Pipeline {
  readonly boots: readonly Boot[];
  readonly strides: readonly Stride[];
  /** Every unit that has looked at something, in order, with what became of it. */
  readonly states = new Map<AdviserUnit, UnitState>();
  private readonly context: AdviceContext;
  private readonly more: UnitSource | undefined;
  private readonly general: PackageUnits;
  /** Built-in and prescribed units that speak of one package alone. */
  private readonly narrow: readonly AdviserUnit[];
  private readonly byName = new Map<PackageName, PackageUnits>();

  constructor(context: AdviceContext, units: readonly AdviserUnit[], more?: UnitSource) {
    this.context = context;
    this.more = more;
    const taking = [...units, ...(more?.general ?? [])].filter((unit) => this.takesPart(unit));
    this.boots = taking.filter((unit) => unit.kind === "boot");
    this.strides = taking.filter((unit) => unit.kind === "stride");
    this.narrow = taking.filter((unit) => packageOf(unit) !== undefined);
    this.general = byKind(taking.filter((unit) => packageOf(unit) === undefined));
  }

  /** Those that have a say about a package; one object for all that nothing special is said of. */
  about(name: PackageName): PackageUnits {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const own = [
      ...this.narrow.filter((unit) => packageOf(unit) === name),
      ...(this.more?.about(name) ?? []).filter((unit) => this.takesPart(unit)),
    ];
    const units = own.length === 0 ? this.general : joined(this.general, byKind(own));
    this.byName.set(name, units);
    return units;
  }

  /** Prescribed units that were asked for and have no say. */
  passedOver(): Iterable<PassedOver> {
    return this.more?.passedOver.values() ?? [];
  }

  private takesPart(unit: AdviserUnit): boolean {
    const state = stateOf(unit, this.context);
    this.states.set(unit, state);
    return state === "on";
  }
}

const composed = new WeakMap<AdviceContext, Pipeline>();

/** The pipeline of an advice; the same object for the same context. */
export function pipelineOf(context: AdviceContext): Pipeline {
  const known = composed.get(context);
  if (known !== undefined) return known;
  const pipeline = new Pipeline(context, builtInUnits, prescribedUnits(context));
  composed.set(context, pipeline);
  return pipeline;
}

/** What boots say before the search, and what switched-off units are not heeded. */
export interface BootReport {
  readonly notes: readonly Justification[];
  /** Why there is no advice at all. */
  readonly refusal: string | undefined;
}

/** Runs the boots; the first that refuses ends the advice. */
export function bootReport(context: AdviceContext): BootReport {
  const pipeline = pipelineOf(context);
  const blocked = context.project.settings?.blockedUnits ?? [];
  const notes: Justification[] = [...blocked].map((name) => blockedNote(name, context));
  let refusal: string | undefined;
  for (const boot of pipeline.boots) {
    const told = boot.run(context);
    notes.push(...told.notes.map((note) => ({ ...note, unit: boot.name })));
    refusal ??= told.refuses;
  }
  return { notes, refusal };
}

/** Why a stack can't be had, by the first stride that refuses it; undefined: none does. */
export function refusesStack(product: Product, context: AdviceContext): string | undefined {
  for (const stride of pipelineOf(context).strides) {
    const reason = stride.refuses(product, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function stateOf(unit: AdviserUnit, context: AdviceContext): UnitState {
  const settings = context.project.settings;
  if (settings?.blockedUnits.has(unit.name) === true && unit.fixed !== true) return "blocked";
  return unit.includes?.(context) === false ? "idle" : "on";
}

function blockedNote(name: string, context: AdviceContext): Justification {
  const kind = builtInUnits.find((unit) => unit.name === name)?.kind ?? "prescription";
  const message = `the ${kind} \`${name}\` is switched off ${blockedReason(context)}: what it knows is not heeded`;
  return { type: "WARNING", message, unit: name };
}

function packageOf(unit: AdviserUnit): PackageName | undefined {
  return "package" in unit ? unit.package : undefined;
}

function byKind(units: readonly AdviserUnit[]): PackageUnits {
  return {
    pseudonyms: units.filter((unit) => unit.kind === "pseudonym"),
    sieves: units.filter((unit) => unit.kind === "sieve"),
    steps: units.filter((unit) => unit.kind === "step"),
    wraps: units.filter((unit) => unit.kind === "wrap"),
  };
}

function joined(some: PackageUnits, more: PackageUnits): PackageUnits {
  return {
    pseudonyms: [...some.pseudonyms, ...more.pseudonyms],
    sieves: [...some.sieves, ...more.sieves],
    steps: [...some.steps, ...more.steps],
    wraps: [...some.wraps, ...more.wraps],
  };
}
