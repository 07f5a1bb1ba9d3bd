import { releaseIn } from "../model/knowledge.ts";
import type { LockedPin } from "../model/stack-graph.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { KnowledgeStore } from "../store/store.ts";

/** Why a package may be used though no import of it is found; undefined: nothing speaks for it. */
export type Means = (name: PackageName, modules: ReadonlySet<string>) => string | undefined;

/** Looks for names in texts of the project, and for other packages of the stack that may use it. */
export function meansOf(
  mentions: ReadonlySet<string>,
  pins: readonly LockedPin[],
  store: KnowledgeStore,
): Means {
  const named = new Set<string>();
  for (const mention of mentions) for (const one of withTop(mention)) named.add(one);
  let users: ReadonlyMap<string, string> | undefined;
  return (name, modules) => {
    const mention = [name, name.replaceAll("-", "_"), ...modules].find((one) => named.has(one));
    if (mention !== undefined) return `but \`${mention}\` is named in a text or a configuration`;
    users ??= usersOf(pins, store);
    const user = users.get(name);
    return user === undefined ? undefined : `but ${user} can use it`;
  };
}

/** `google.protobuf` and `google`. */
export function withTop(module: string): readonly string[] {
  const [top = module] = module.split(".");
  return top === module ? [module] : [module, top];
}

/** By package, another one of the stack that needs it, or does so with an extra. */
function usersOf(pins: readonly LockedPin[], store: KnowledgeStore): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const pin of pins) {
    for (const line of requirementsOf(pin, store)) {
      const needed = packageName(/^[\w.-]+/.exec(line)?.[0] ?? "");
      if (needed !== pin.name && !users.has(needed)) users.set(needed, pin.name);
    }
  }
  return users;
}

/** Requires-Dist lines of a locked release, as far as they are known. */
function requirementsOf({ name, version }: LockedPin, store: KnowledgeStore): readonly string[] {
  if (version === undefined) return [];
  return store.indexes(name).flatMap((index) => {
    const files = releaseIn(store.releases(name, index), version)?.files ?? [];
    return files.flatMap(({ filename }) => {
      const fact = store.metadata({ name, version, index }, filename);
      return fact?.state === "known" ? fact.requires : [];
    });
  });
}
