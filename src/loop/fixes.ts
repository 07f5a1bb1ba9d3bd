import type { Conflict, Product, Remedy, RemedyEdit } from "../model/advice.ts";
import type { Project, ProjectRequirement } from "../model/project.ts";
import type { PackageName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import { anyVersion, isDisjoint } from "../python/version-range.ts";

/** A project that is resolved, and what came of it. */
export type Attempt =
  | { readonly outcome: "stack"; readonly product: Product }
  | { readonly outcome: "conflict"; readonly conflict: Conflict }
  /** Not known, or not to be had in time. */
  | { readonly outcome: "unknown" };

/** What changes are tried with. */
export interface FixGround {
  readonly project: Project;
  readonly conflict: Conflict;
  readonly resolve: (project: Project) => Promise<Attempt>;
  /** Other Pythons to try, the nearest first, each with the stack that it has. */
  readonly pythons: readonly {
    readonly version: string;
    readonly attempt: () => Promise<Attempt>;
  }[];
  /** Whether to try no more. */
  readonly spent: () => boolean;
}

const mostFixes = 3;
/** More lines than these are not tried one by one. */
const mostLines = 6;
const mostPairs = 10;
/** A Pipfile with more conflicts than this wants a person. */
const mostConflicts = 8;

/**
 * Changes that end a conflict, each tried by resolving again, the best three first: those that
 * change least, then those that make least older. Of a change of a line the range is named that
 * was tried, `~=3.0`.
 */
export async function remediesOf(ground: FixGround): Promise<readonly Remedy[]> {
  const trial = new Trial(ground);
  await trial.single();
  if (trial.found.length === 0) await trial.pairs();
  if (trial.found.length === 0) await trial.asManyAsNeeded();
  return [...trial.found].sort(byEffort).slice(0, mostFixes);
}

class Trial {
  readonly found: Remedy[] = [];
  readonly #ground: FixGround;
  readonly #lines: readonly PackageName[];

  constructor(ground: FixGround) {
    this.#ground = ground;
    this.#lines = boundNames(ground.project, ground.conflict.culprits).slice(0, mostLines);
  }

  /** One line, one constraint, pre-releases, another Python. */
  async single(): Promise<void> {
    const { project, conflict, pythons } = this.#ground;
    if (conflict.hinges?.includes("python") === true) await this.#otherPython(pythons);
    for (const name of this.#lines) await this.#open([name]);
    for (const one of project.settings?.constraints ?? []) {
      if (conflict.packages?.includes(one.name) !== true) continue;
      const { name, where, specifier } = one;
      const edit = { kind: "constraint", where, name, before: specifier } as const;
      await this.#try(withoutConstraint(project, one), [edit]);
    }
    if (conflict.hinges?.includes("pre-releases") === true)
      await this.#try({ ...project, allowPrereleases: true }, [{ kind: "pre-releases" }]);
  }

  async #otherPython(pythons: FixGround["pythons"]): Promise<void> {
    for (const { version, attempt } of pythons) {
      if (this.#ground.spent()) return;
      const tried = await attempt();
      if (tried.outcome !== "stack") continue;
      this.#note([{ kind: "python", version }], tried.product);
      return;
    }
  }

  async pairs(): Promise<void> {
    let tried = 0;
    for (const [position, one] of this.#lines.entries()) {
      for (const other of this.#lines.slice(position + 1)) {
        if (tried >= mostPairs || this.found.length >= mostFixes) return;
        tried += 1;
        await this.#open([one, other]);
      }
    }
  }

  /** Opens the lines of one conflict after the other until there is a stack, then closes what it can. */
  async asManyAsNeeded(): Promise<void> {
    const { project, conflict } = this.#ground;
    const opened = new Set(boundNames(project, conflict.culprits));
    for (let round = 0; round < mostConflicts && !this.#ground.spent(); round += 1) {
      const tried = await this.#ground.resolve(relaxed(project, [...opened]));
      if (tried.outcome === "unknown") return;
      if (tried.outcome === "stack") {
        await this.#open(await this.#needed([...opened]));
        return;
      }
      const more = boundNames(project, tried.conflict.culprits).filter((name) => !opened.has(name));
      if (more.length === 0) return;
      for (const name of more) opened.add(name);
    }
  }

  /** Of opened lines those that must be. */
  async #needed(opened: readonly PackageName[]): Promise<readonly PackageName[]> {
    let needed = opened;
    for (const name of opened) {
      if (this.#ground.spent()) return needed;
      const fewer = needed.filter((one) => one !== name);
      const tried = await this.#ground.resolve(relaxed(this.#ground.project, fewer));
      if (tried.outcome === "stack") needed = fewer;
    }
    return needed;
  }

  async #open(names: readonly PackageName[]): Promise<void> {
    const { project, resolve, spent } = this.#ground;
    if (spent() || names.length === 0) return;
    const open = await resolve(relaxed(project, names));
    if (open.outcome !== "stack") return;
    for (const range of [seriesOf, exactly]) {
      const changed = narrowed(project, names, (name) =>
        range(open.product.pins.get(name)?.release.version ?? ""),
      );
      if (await this.#try(changed.project, changed.edits)) return;
    }
  }

  async #try(project: Project, edits: readonly RemedyEdit[]): Promise<boolean> {
    if (this.#ground.spent()) return false;
    const tried = await this.#ground.resolve(project);
    if (tried.outcome !== "stack") return false;
    this.#note(edits, tried.product);
    return true;
  }

  #note([first, ...others]: readonly RemedyEdit[], product: Product): void {
    if (first === undefined) return;
    const { project, conflict } = this.#ground;
    const edited = [first, ...others].flatMap((edit) => ("name" in edit ? [edit.name] : []));
    const names = [...new Set<string>([...edited, ...conflict.culprits])];
    const versions = names.flatMap((name): [string, string][] => {
      const pin = [...product.pins.values()].find(({ release }) => release.name === name);
      return pin === undefined ? [] : [[name, pin.release.version]];
    });
    this.found.push({
      edits: [first, ...others],
      versions: Object.fromEntries(versions),
      downgrades: downgradesIn(project, product),
    });
  }
}

const effort = { constraint: 0, requirement: 1, "pre-releases": 2, python: 3 } satisfies Record<
  RemedyEdit["kind"],
  number
>;

function byEffort(left: Remedy, right: Remedy): number {
  return (
    left.edits.length - right.edits.length ||
    effort[left.edits[0].kind] - effort[right.edits[0].kind] ||
    left.downgrades - right.downgrades
  );
}

/** Those whose lines leave something out. */
function boundNames(
  { requirements }: Project,
  names: readonly PackageName[],
): readonly PackageName[] {
  return names.filter((name) =>
    requirements.some((one) => one.name === name && one.specifier !== "" && one.specifier !== "*"),
  );
}

/** The project with every line of these packages open to any version. */
function relaxed(project: Project, names: readonly PackageName[]): Project {
  return withLines(project, names, (line) => ({ ...line, range: anyVersion, specifier: "" }));
}

function narrowed(
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

function withoutConstraint(project: Project, gone: object): Project {
  const { settings } = project;
  if (settings === undefined) return project;
  const constraints = settings.constraints.filter((one) => one !== gone);
  return { ...project, settings: { ...settings, constraints } };
}

/** `~=3.1` of 3.1.4: its series; of a pre-release, or of a version with one number, that alone. */
function seriesOf(version: string): string {
  const parsed = parseVersion(version);
  const [major, minor] = version.split(".");
  return parsed === undefined || parsed.isPrerelease || !/^\d+$/.test(minor ?? "")
    ? exactly(version)
    : `~=${major}.${minor}`;
}

function exactly(version: string): string {
  return `==${version}`;
}

/** Packages that are older than their line asked for, or than the lock has them. */
function downgradesIn(project: Project, { pins }: Product): number {
  let count = 0;
  for (const [name, { release }] of pins) {
    const asked = project.requirements.filter((one) => one.name === name);
    const upTo = parseSpecifierSet(`<=${release.version}`)?.range ?? anyVersion;
    const [now, old] = [release.version, project.preferred.get(name) ?? ""].map(parseVersion);
    const isBelow = now !== undefined && old !== undefined && compareVersions(now, old) < 0;
    if (isBelow || asked.some(({ range }) => isDisjoint(range, upTo))) count += 1;
  }
  return count;
}
