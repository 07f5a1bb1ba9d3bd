import type { RemedyEdit } from "../model/advice.ts";
import type { Project, ProjectRequirement } from "../model/project.ts";
import type { PackageName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { parseVersion } from "../python/version.ts";
import { anyVersion } from "../python/version-range.ts";

/** Those whose lines leave something out. */
export function boundNames(
  { requirements }: Project,
  names: readonly PackageName[],
): readonly PackageName[] {
  return names.filter((name) =>
    requirements.some((one) => one.name === name && one.specifier !== "" && one.specifier !== "*"),
  );
}

/** The project with every line of these packages open to any version. */
export function relaxed(project: Project, names: readonly PackageName[]): Project {
  return withLines(project, names, (line) => ({ ...line, range: anyVersion, specifier: "" }));
}

export function narrowed(
  project: Project,
  names: readonly PackageName[],
  specifierFor: (name: PackageName) => string,
): { readonly project: Project; readonly edits: readonly RemedyEdit[] } {
  const edits: RemedyEdit[] = [];
  const changed = withLines(project, names, (line) => {
    const after = specifierFor(line.name);
    const set = parseSpecifierSet(after);
    const { where, spelling, specifier } = line;
    edits.push({ kind: "requirement", where, name: spelling, before: specifier, after });
    const mentionsPrerelease = set?.prereleases === true;
    return { ...line, specifier: after, range: set?.range ?? anyVersion, mentionsPrerelease };
  });
  return { project: changed, edits };
}

function withLines(
  project: Project,
  names: readonly PackageName[],
  change: (line: ProjectRequirement) => ProjectRequirement,
): Project {
  const isBound = ({ name, specifier }: ProjectRequirement) =>
    names.includes(name) && specifier !== "" && specifier !== "*";
  const requirements = project.requirements.map((line) => (isBound(line) ? change(line) : line));
  return { ...project, requirements };
}

export function withoutConstraint(project: Project, gone: object): Project {
  const { settings } = project;
  if (settings === undefined) return project;
  const constraints = settings.constraints.filter((one) => one !== gone);
  return { ...project, settings: { ...settings, constraints } };
}

/** `~=3.1` of 3.1.4: its series; of a pre-release, or of a version with one number, that alone. */
export function seriesOf(version: string): string {
  const parsed = parseVersion(version);
  const [major, minor] = version.split(".");
  return parsed === undefined || parsed.isPrerelease || !/^\d+$/.test(minor ?? "")
    ? exactly(version)
    : `~=${major}.${minor}`;
}

export function exactly(version: string): string {
  return `==${version}`;
}
