import type { Advice, Justification, Pin, Product } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import type { PackageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import type { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import { explain } from "./explain.ts";
import { externalCauses } from "./incompatibility.ts";
import { justify } from "./justify.ts";
import { type SearchResult, search } from "./search.ts";
import { type Needed, walk } from "./walk.ts";

/**
 * The advice for a project on a runtime from what is known: a pure, synchronous function. Where
 * facts are missing it goes on without them and reports every gap that it met. `verify`: pins must
 * have been seen to install on the runtime.
 */
export function advise(context: AdviceContext, options: { readonly verify: boolean }): Advice {
  const result = search(context);
  const { catalog, failure } = result;
  const gaps = catalog.gaps();
  if (failure !== undefined) {
    const [first, ...rest] = gaps;
    if (first !== undefined && mayHingeOnPrereleases(result)) {
      return { outcome: "incomplete", gaps: [first, ...rest], best: emptyProduct };
    }
    return { outcome: "unsatisfiable", conflict: explain(failure, catalog) };
  }
  const needed = walk(result.decisions, catalog);
  const product: Product = { ...emptyProduct, pins: pinsOf(needed, catalog) };
  const [first, ...rest] =
    gaps.length > 0 ? gaps : verificationGaps(product, context, options.verify);
  if (first !== undefined) return { outcome: "incomplete", gaps: [first, ...rest], best: product };
  return {
    outcome: "locked",
    product: {
      ...product,
      notNewest: justify(needed, catalog),
      justifications: warningsOf(catalog),
    },
  };
}

const emptyProduct: Product = { pins: new Map(), notNewest: new Map(), justifications: [] };

function warningsOf(catalog: Catalog): readonly Justification[] {
  return [...catalog.warnings].map((message) => ({ type: "WARNING", message }));
}

/**
 * A missing fact can only add demands, so a proof without it stands; save that a requirement not
 * yet known may name a pre-release and thereby admit one that the proof left out.
 */
function mayHingeOnPrereleases(result: SearchResult): boolean {
  if (result.failure === undefined) return false;
  return externalCauses(result.failure).some(
    ({ cause }) =>
      cause.kind === "no-version" && cause.reasons.some((reason) => reason.includes("pre-release")),
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
  const requiresPython =
    file.requiresPython ?? (metadata?.state === "known" ? metadata.requiresPython : undefined);
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

/** Old pins as preferences; texts that are no version are left out. */
export function preferences(
  pins: Iterable<readonly [PackageName, string]>,
): ReadonlyMap<PackageName, string> {
  const preferred = new Map<PackageName, string>();
  for (const [name, text] of pins) {
    const version = parseVersion(text);
    if (version !== undefined) preferred.set(name, version.text);
  }
  return preferred;
}
