import { wellKnownPackage } from "../library-usage/well-known.ts";
import type { Provider } from "../model/library-usage.ts";
import type { IndexUrl } from "../model/release.ts";
import { isNormalizedName, type PackageName, packageName } from "../python/name.ts";
import type { KnowledgeStore } from "../store/store.ts";

/** The packages that have a top-level module, by what was seen, else by habit, else by name. */
export function providersOf(module: string, store: KnowledgeStore): readonly Provider[] {
  const top = module.split(".")[0] ?? module;
  return seenProviders(store).get(top) ?? supposed(top);
}

/** By top-level module, the packages that were installed on some runtime and have it: one walk through the store. */
export function seenProviders(store: KnowledgeStore): ReadonlyMap<string, readonly Provider[]> {
  const seen = new Map<string, Provider[]>();
  for (const { name, index } of store.packages()) {
    for (const [module, version] of modulesOf(name, index, store)) {
      const others = seen.get(module) ?? [];
      seen.set(module, [...others, { name, version, evidence: "seen" }]);
    }
  }
  return seen;
}

/** Where nobody saw one: the usual package of that module, or the one that is called like it. */
export function supposed(module: string): readonly Provider[] {
  const known = wellKnownPackage(module);
  if (known !== undefined) return [{ name: packageName(known), evidence: "table" }];
  const name = packageName(module);
  return isNormalizedName(name) ? [{ name, evidence: "name" }] : [];
}

/** Top-level modules of a package, each with the first version that was seen to have it. */
function modulesOf(
  name: PackageName,
  index: IndexUrl,
  store: KnowledgeStore,
): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const runtime of store.runtimes(name, index)) {
    for (const version of store.installedVersions(name, index, runtime)) {
      for (const one of store.installed({ name, version, index }, runtime)?.modules ?? []) {
        const top = one.split(".")[0] ?? one;
        if (!modules.has(top)) modules.set(top, version);
      }
    }
  }
  return modules;
}
