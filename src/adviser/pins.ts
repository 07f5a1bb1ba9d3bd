import type { Pin, Product } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import { failedBesideOthers, type InstalledFact } from "../model/knowledge.ts";
import type { PackageName } from "../python/name.ts";
import type { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import type { Needed } from "./walk.ts";

/** What a stack pins. */
export function pinsOf(
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

/** Whether a release was seen to fail, but beside others than the stack has. */
function isOpen(fact: InstalledFact, pins: Product["pins"]): boolean {
  const isThere = ({ name, version }: { name: PackageName; version: string }) =>
    pins.get(name)?.release.version === version;
  return failedBesideOthers(fact) && fact.apartFrom?.some(isThere) !== true;
}

/** Pins that nobody saw to install on the runtime, where that is asked for. */
export function verificationGaps(
  product: Product,
  context: AdviceContext,
  verify: boolean,
): readonly Gap[] {
  if (!verify) return [];
  const gaps: Gap[] = [];
  for (const { release, source, requiredBy } of product.pins.values()) {
    if (source !== undefined) continue;
    const fact = context.knowledge.installed(release, context.runtime.id);
    if (fact !== undefined && !isOpen(fact, product.pins)) continue;
    gaps.push({
      missing: "installed",
      release,
      runtime: context.runtime.id,
      requiredBy: requiredBy[0] ?? "",
    });
  }
  return gaps;
}
