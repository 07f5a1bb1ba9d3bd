import type { Advice, NotNewest, Pin, Product } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import { releaseText } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import { explain } from "./explain.ts";
import { type SettledSearch, searchWithLeastAgainst } from "./give-way.ts";
import { externalCauses } from "./incompatibility.ts";
import { justifications } from "./justifications.ts";
import { justify } from "./justify.ts";
import type { SearchResult } from "./search.ts";
import type { Needed } from "./walk.ts";

/** Advice with what it stands on. */
export interface Consultation {
  readonly advice: Advice;
  /** Every list of releases that was looked at. */
  readonly consulted: readonly ReleaseList[];
  /** Decisions tried, those undone included. */
  readonly attempts: number;
}

/** `verify`: pins must have been seen to install on the runtime. */
export interface AdviseOptions {
  readonly verify: boolean;
}

/**
 * The advice for a project on a runtime from what is known: a pure, synchronous function. Where
 * facts are missing it goes on without them and reports every gap that it met.
 */
export function advise(context: AdviceContext, options: AdviseOptions): Advice {
  return consult(context, options).advice;
}

/** The same, and which knowledge it looked at. */
export function consult(context: AdviceContext, options: AdviseOptions): Consultation {
  const refused = new Map<string, string>();
  let attempts = 0;
  for (;;) {
    const found = searchWithLeastAgainst(refused.size === 0 ? context : { ...context, refused });
    attempts += found.result.attempts;
    const pins = pinsOf(found.needed, found.result.catalog);
    if (refuseMalware(pins, context, refused)) continue;
    const advice = adviceOf(found, pins, options);
    return { advice, consulted: found.result.catalog.consulted(), attempts };
  }
}

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

function adviceOf(found: SettledSearch, pins: Product["pins"], options: AdviseOptions): Advice {
  const { result } = found;
  const { catalog, failure } = result;
  const gaps = catalog.gaps();
  if (failure !== undefined) {
    const [first, ...rest] = gaps;
    if (first !== undefined && mayHingeOnPrereleases(result)) {
      return { outcome: "incomplete", gaps: [first, ...rest], best: emptyProduct };
    }
    return { outcome: "unsatisfiable", conflict: explain(failure, catalog) };
  }
  const product: Product = { ...emptyProduct, pins };
  const [first, ...rest] =
    gaps.length > 0 ? gaps : verificationGaps(product, catalog.context, options.verify);
  if (first !== undefined) return { outcome: "incomplete", gaps: [first, ...rest], best: product };
  return { outcome: "locked", product: explained(product, found) };
}

/** Reasons are found when somebody asks for them: often nobody does. */
function explained(product: Product, found: SettledSearch): Product {
  let reasons: ReadonlyMap<PackageName, NotNewest> | undefined;
  return {
    pins: product.pins,
    get notNewest() {
      reasons ??= justify(found.needed, found.result.catalog);
      return reasons;
    },
    justifications: justifications(found),
  };
}

const emptyProduct: Product = { pins: new Map(), notNewest: new Map(), justifications: [] };

/**
 * A missing fact can only add demands, so a proof without it stands; save that a requirement not
 * yet known may name a pre-release and thereby admit one that the proof left out.
 */
function mayHingeOnPrereleases(result: SearchResult): boolean {
  if (result.failure === undefined) return false;
  return externalCauses(result.failure).some(
    ({ cause }) => cause.kind === "no-version" && cause.prereleaseLeftOut,
  );
}

function pinsOf(
  needed: ReadonlyMap<PackageName, Needed>,
  catalog: Catalog,
): ReadonlyMap<PackageName, Pin> {
  const pins = new Map<PackageName, Pin>();
  for (const one of needed.values()) pins.set(one.name, pinOf(one, catalog));
  return pins;
}

function pinOf(one: Needed, catalog: Catalog): Pin {
  const { name, version } = one;
  const shared = {
    extras: [...one.extras].sort(),
    categories: [...one.categories],
    requiredBy: [...one.requiredBy],
  };
  const source = catalog.sourceKey(name);
  if (source !== undefined) {
    const [index] = catalog.context.project.indexes;
    return { ...shared, release: { name, version: version.text, index }, source, files: [] };
  }
  const candidate = catalog.candidatesOf(name)?.at(version.text);
  if (candidate === undefined)
    throw new Error(`${name} ${version.text} was decided but is no candidate`);
  const { release, file } = candidate;
  const metadata = catalog.metadata(candidate);
  const requiresPython = file.requiresPython ?? metadata?.requiresPython;
  return {
    ...shared,
    release,
    filename: file.filename,
    files: catalog.context.knowledge.details(release) ?? [],
    ...(requiresPython === undefined ? {} : { requiresPython }),
  };
}

function verificationGaps(
  product: Product,
  context: AdviceContext,
  verify: boolean,
): readonly Gap[] {
  if (!verify) return [];
  const gaps: Gap[] = [];
  for (const { release, source, requiredBy } of product.pins.values()) {
    if (source !== undefined) continue;
    if (context.knowledge.installed(release, context.runtime.id) !== undefined) continue;
    gaps.push({
      missing: "installed",
      release,
      runtime: context.runtime.id,
      requiredBy: requiredBy[0] ?? "",
    });
  }
  return gaps;
}
