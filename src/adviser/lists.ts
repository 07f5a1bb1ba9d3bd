import type { AdviceSettings } from "../model/advice-settings.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { ProjectRequirement } from "../model/project.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { AdviceContext } from "./context.ts";

/** Where a name comes from: the one index whose releases count for it. */
export type ListChoice =
  /** `absent`: the indexes before that one say that they have no such package. */
  | { readonly state: "known"; readonly list: ReleaseList; readonly absent: readonly ReleaseList[] }
  | { readonly state: "unknown"; readonly index: IndexUrl }
  | {
      readonly state: "absent";
      readonly reason: string;
      readonly absent: readonly ReleaseList[];
    };

/** The index that the policy, or else a requirement of the Pipfile, ties each name to. */
export function tiedIndexes(
  requirements: readonly ProjectRequirement[],
  settings?: AdviceSettings,
): ReadonlyMap<PackageName, IndexUrl> {
  const tied = new Map<PackageName, IndexUrl>(settings?.policy.indexes.packages);
  for (const { name, index } of requirements)
    if (index !== undefined && !tied.has(name)) tied.set(name, index);
  return tied;
}

/** The tied index, else the first that has the package; indexes are never mixed for one name. */
export function chooseList(
  name: PackageName,
  tied: IndexUrl | undefined,
  context: AdviceContext,
): ListChoice {
  const indexes = tied === undefined ? context.project.indexes : [tied];
  const absent: ReleaseList[] = [];
  for (const index of indexes) {
    const list = context.knowledge.releases(name, index);
    if (list === undefined) return { state: "unknown", index };
    if (list.absent === undefined) return { state: "known", list, absent };
    absent.push(list);
  }
  const where = indexes.length === 1 ? "the index" : `any of the ${indexes.length} indexes`;
  return { state: "absent", reason: `no package \`${name}\` on ${where}`, absent };
}
