import { releaseIn } from "../model/knowledge.ts";
import type { LockedPin } from "../model/stack-graph.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { KnowledgeStore } from "../store/store.ts";

/** What speaks of a package that no source imports. */
export interface Standing {
  /** Why it may be used all the same; undefined: nothing speaks for it. */
  readonly doubt?: string;
  /** A package of the stack that brings it, whatever the project asks for. */
  readonly broughtBy?: PackageName;
}

/** Looks whether a line of a project may have a use; `bounds`: the line says which versions. */
export type Means = (name: PackageName, modules: ReadonlySet<string>, bounds: boolean) => Standing;

/** Looks for names in texts of the project, and for other packages of the stack that may use it. */
export function meansOf(
  mentions: ReadonlySet<string>,
  pins: readonly LockedPin[],
  store: KnowledgeStore,
): Means {
  const named = new Set<string>();
  for (const mention of mentions) for (const one of withTop(mention)) named.add(one);
  let users: ReadonlyMap<string, readonly User[]> | undefined;
  return (name, modules, bounds) => {
    const mention = [name, name.replaceAll("-", "_"), ...modules].find((one) => named.has(one));
    if (mention !== undefined)
      return { doubt: `but \`${mention}\` is named in a text or a configuration` };
    users ??= usersOf(pins, store);
    return standingAmong(users.get(name) ?? [], bounds);
  };
}

/** What is needed anyway comes without a line, unless that says which version; an extra may go without. */
function standingAmong(users: readonly User[], bounds: boolean): Standing {
  const needs =
    users.find(({ how }) => how === "always") ?? users.find(({ how }) => how === "at times");
  if (bounds && needs !== undefined)
    return { doubt: `but ${needs.name} needs it, and the line says which versions` };
  if (needs?.how === "always") return { broughtBy: needs.name };
  const able = users.find(({ how }) => how === "extra");
  return able === undefined ? {} : { doubt: `but an extra of ${able.name} uses it` };
}

/** `google.protobuf` and `google`. */
export function withTop(module: string): readonly string[] {
  const [top = module] = module.split(".");
  return top === module ? [module] : [module, top];
}

/** A package that needs another one, or does so on some machines or with an extra. */
interface User {
  readonly name: PackageName;
  readonly how: "always" | "at times" | "extra";
}

/** By package, others of the stack that need it. */
function usersOf(
  pins: readonly LockedPin[],
  store: KnowledgeStore,
): ReadonlyMap<string, readonly User[]> {
  const users = new Map<string, User[]>();
  for (const pin of pins) {
    for (const line of requirementsOf(pin, store)) {
      const needed = packageName(/^[\w.-]+/.exec(line)?.[0] ?? "");
      if (needed === pin.name) continue;
      const [, marker = ""] = line.split(";", 2);
      const how = /\bextra\b/.test(marker) ? "extra" : marker === "" ? "always" : "at times";
      users.set(needed, [...(users.get(needed) ?? []), { name: pin.name, how }]);
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
