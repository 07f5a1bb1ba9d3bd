import type { Advice, Product } from "../model/advice.ts";
import { gapText } from "../model/gap.ts";
import type { Project, ProjectRequirement } from "../model/project.ts";
import type { Forced, StackChange } from "../model/why.ts";
import type { PackageName } from "../python/name.ts";
import { isOlderVersion, type Version } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";
import { advise } from "./advise.ts";
import type { AdviceContext } from "./context.ts";
import { askedLine } from "./requirements.ts";

/**
 * What comes of asking for exactly one release, the locked pins staying where they can. `opened`:
 * names whose own lines are left out. Complete: `conflict` is proved, `unknown` names the facts
 * that are missing.
 */
export function force(
  context: AdviceContext,
  release: { readonly name: PackageName; readonly version: Version },
  locked: ReadonlyMap<PackageName, string>,
  opened: ReadonlySet<PackageName> = new Set(),
): Forced {
  const project = { ...asking(context.project, release, opened), preferred: locked };
  const advice = advise({ ...context, project }, { verify: false, stop: () => true });
  return forcedOf(advice, context, locked);
}

function asking(
  project: Project,
  { name, version }: { readonly name: PackageName; readonly version: Version },
  opened: ReadonlySet<PackageName>,
): Project {
  const own = project.requirements.find((one) => one.name === name);
  const asked: ProjectRequirement = {
    name,
    spelling: name,
    category: own?.category ?? "packages",
    specifier: `==${version.text}`,
    range: singleVersion(version),
    mentionsPrerelease: version.isPrerelease,
    extras: own?.extras ?? [],
    ...(own?.index === undefined ? {} : { index: own.index }),
    where: "the question",
    line: askedLine,
  };
  const kept = project.requirements.filter((one) => !opened.has(one.name));
  return { ...project, requirements: [...kept, asked] };
}

function forcedOf(
  advice: Advice,
  { knowledge }: AdviceContext,
  locked: ReadonlyMap<PackageName, string>,
): Forced {
  switch (advice.outcome) {
    case "unsatisfiable": {
      const { message, story } = advice.conflict;
      return { outcome: "conflict", headline: message, story };
    }
    case "incomplete":
      return { outcome: "unknown", gaps: advice.gaps.map(gapText) };
    case "locked": {
      const changes = changesBetween(locked, advice.product);
      const worse = changes.flatMap(({ name, from, to }) => {
        if (to === undefined) return [];
        const before = new Set(names(name, from));
        const advisories = names(name, to).filter((id) => !before.has(id));
        return advisories.length === 0 ? [] : [{ name, advisories }];
      });
      return { outcome: "possible", changes, worse };
    }
  }

  function names(name: PackageName, version: string | undefined): readonly string[] {
    if (version === undefined) return [];
    return (knowledge.advisories(name, version) ?? []).map(({ id }) => id);
  }
}

/** What moves from locked versions to a stack, by name. */
export function changesBetween(
  locked: ReadonlyMap<PackageName, string>,
  { pins }: Pick<Product, "pins">,
): readonly StackChange[] {
  const changes: StackChange[] = [];
  for (const [name, from] of locked)
    if (!pins.has(name)) changes.push({ name, from, to: undefined, downgrade: false });
  for (const [name, { release, source }] of pins) {
    const from = locked.get(name);
    if (source !== undefined || from === release.version) continue;
    const to = release.version;
    changes.push({ name, from, to, downgrade: from !== undefined && isOlderVersion(to, from) });
  }
  return changes.sort((left, right) => (left.name < right.name ? -1 : 1));
}
