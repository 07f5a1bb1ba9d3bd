import { wellKnownPackage } from "../library-usage/well-known.ts";
import type { Provider } from "../model/library-usage.ts";
import type { IndexUrl } from "../model/release.ts";
import { isNormalizedName, type PackageName, packageName } from "../python/name.ts";
import type { KnowledgeStore } from "../store/store.ts";

/** The packages that have a top-level module, by what was seen, else by habit, else by name. */
export function providersOf(module: string, store: KnowledgeStore): readonly Provider[] {
  const top = module.split(".")[0] ?? module;
  const seen = store.packages().flatMap(({ name, index }) => {
    const version = versionWith(top, name, index, store);
    return version === undefined ? [] : [{ name, version, evidence: "seen" } as const];
  });
  return seen.length > 0 ? seen : supposed(top);
}

/** Where nobody saw one: the usual package of that module, or the one that is called like it. */
export function supposed(module: string): readonly Provider[] {
  const known = wellKnownPackage(module);
  if (known !== undefined) return [{ name: packageName(known), evidence: "table" }];
  const name = packageName(module);
  return isNormalizedName(name) ? [{ name, evidence: "name" }] : [];
}

/** A version of a package that was installed on some runtime and has the module. */
function versionWith(
  module: string,
  name: PackageName,
  index: IndexUrl,
  store: KnowledgeStore,
): string | undefined {
  for (const runtime of store.runtimes(name, index)) {
    for (const version of store.installedVersions(name, index, runtime)) {
      const modules = store.installed({ name, version, index }, runtime)?.modules ?? [];
      if (modules.some((one) => one === module || one.startsWith(`${module}.`))) return version;
    }
  }
  return undefined;
}
