import type { Conflict, Product, Remedy, RemedyEdit } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import { type PackageName, packageName } from "../python/name.ts";
import {
  boundNames,
  exactly,
  narrowed,
  relaxed,
  seriesOf,
  withoutConstraint,
} from "./changed-project.ts";
import { byEffort, downgradesIn } from "./remedy-rank.ts";

/** A project that is resolved, and what came of it. */
export type Attempt =
  | { readonly outcome: "stack"; readonly product: Product }
  | { readonly outcome: "conflict"; readonly conflict: Conflict }
  /** Not known; `late`: not to be had in time. */
  | { readonly outcome: "unknown"; readonly late?: boolean };

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

/** What was found, and what could not be tried to its end for want of time, in words. */
export interface Remedies {
  readonly remedies: readonly Remedy[];
  readonly untried: readonly string[];
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
 * was tried, `~=3.0`. To leave a line out is offered only where nothing else helps.
 */
export async function remediesOf(ground: FixGround): Promise<Remedies> {
  const trial = new Trial(ground);
  const ways = [
    () => trial.single(),
    () => trial.pairs(),
    () => trial.asManyAsNeeded(),
    () => trial.removals(),
  ];
  for (const way of ways) {
    const found = await way();
    const remedies = [...found].sort(byEffort).slice(0, mostFixes);
    if (remedies.length > 0) return { remedies, untried: trial.untried() };
  }
  return { remedies: [], untried: trial.untried() };
}

class Trial {
  readonly #ground: FixGround;
  readonly #lines: readonly PackageName[];
  readonly #untried = new Set<string>();

  constructor(ground: FixGround) {
    this.#ground = ground;
    this.#lines = boundNames(ground.project, ground.conflict.culprits).slice(0, mostLines);
  }

  /** Changes that time did not suffice for. */
  untried(): readonly string[] {
    return [...this.#untried];
  }

  /** One line, one constraint, pre-releases, another Python: all at once, as most wait for an index. */
  async single(): Promise<readonly Remedy[]> {
    const { project, conflict, pythons } = this.#ground;
    const trials: Promise<Remedy | undefined>[] = [];
    if (conflict.hinges?.includes("python") === true) trials.push(this.#otherPython(pythons));
    for (const name of this.#lines) trials.push(this.#open([name]));
    for (const one of project.settings?.constraints ?? []) {
      if (conflict.packages?.includes(one.name) !== true) continue;
      const { name, where, specifier } = one;
      const edit = { kind: "constraint", where, name, before: specifier } as const;
      trials.push(this.#try(withoutConstraint(project, one), [edit]));
    }
    if (conflict.hinges?.includes("pre-releases") === true)
      trials.push(this.#try({ ...project, allowPrereleases: true }, [{ kind: "pre-releases" }]));
    return found(await Promise.all(trials));
  }

  async #otherPython(pythons: FixGround["pythons"]): Promise<Remedy | undefined> {
    for (const { version, attempt } of pythons) {
      const tried = await this.#inTime(`Python ${version}`, attempt);
      if (tried.outcome === "stack")
        return this.#remedy([{ kind: "python", version }], tried.product);
    }
    return undefined;
  }

  async pairs(): Promise<readonly Remedy[]> {
    const remedies: Remedy[] = [];
    let tried = 0;
    for (const [position, one] of this.#lines.entries()) {
      for (const other of this.#lines.slice(position + 1)) {
        if (tried >= mostPairs || remedies.length >= mostFixes) return remedies;
        tried += 1;
        remedies.push(...found([await this.#open([one, other])]));
      }
    }
    return remedies;
  }

  /** Opens the lines of one conflict after the other until there is a stack, then closes what it can. */
  async asManyAsNeeded(): Promise<readonly Remedy[]> {
    const { project, conflict } = this.#ground;
    const opened = new Set(boundNames(project, conflict.culprits));
    for (let round = 0; round < mostConflicts; round += 1) {
      const tried = await this.#resolved(relaxed(project, [...opened]), othersOf([...opened]));
      if (tried.outcome === "unknown") return [];
      if (tried.outcome === "stack")
        return found([await this.#open(await this.#needed([...opened]))]);
      const more = boundNames(project, tried.conflict.culprits).filter((name) => !opened.has(name));
      if (more.length === 0) return [];
      for (const name of more) opened.add(name);
    }
    return [];
  }

  /** Of opened lines those that must be. */
  async #needed(opened: readonly PackageName[]): Promise<readonly PackageName[]> {
    let needed = opened;
    for (const name of opened) {
      const fewer = needed.filter((one) => one !== name);
      const tried = await this.#resolved(relaxed(this.#ground.project, fewer), othersOf(fewer));
      if (tried.outcome === "stack") needed = fewer;
    }
    return needed;
  }

  /** All lines of one package go; of one that can't be had for its own sake that goes without saying. */
  async removals(): Promise<readonly Remedy[]> {
    const { project, conflict } = this.#ground;
    if (conflict.packages?.length === 1) return [];
    const trials = conflict.culprits.slice(0, mostLines).map((name) => {
      const requirements = project.requirements.filter((line) => line.name !== name);
      const edits = project.requirements
        .filter((line) => line.name === name)
        .map(({ where, spelling, specifier }) => {
          return { kind: "removal", where, name: spelling, before: specifier } as const;
        });
      return requirements.length === 0 ? undefined : this.#try({ ...project, requirements }, edits);
    });
    return found(await Promise.all(trials));
  }

  async #open(names: readonly PackageName[]): Promise<Remedy | undefined> {
    const { project } = this.#ground;
    if (names.length === 0) return undefined;
    const open = await this.#resolved(relaxed(project, names), othersOf(names));
    if (open.outcome !== "stack") return undefined;
    for (const range of [seriesOf, exactly]) {
      const changed = narrowed(project, names, (name) =>
        range(open.product.pins.get(name)?.release.version ?? ""),
      );
      const remedy = await this.#try(changed.project, changed.edits);
      if (remedy !== undefined) return remedy;
    }
    return undefined;
  }

  async #try(project: Project, edits: readonly RemedyEdit[]): Promise<Remedy | undefined> {
    const tried = await this.#resolved(project, edits.map(wordsOf).join(" and "));
    return tried.outcome === "stack" ? this.#remedy(edits, tried.product) : undefined;
  }

  #resolved(project: Project, what: string): Promise<Attempt> {
    return this.#inTime(what, () => this.#ground.resolve(project));
  }

  /** Tries it as long as there is time, and notes what there was none for. */
  async #inTime(what: string, attempt: () => Promise<Attempt>): Promise<Attempt> {
    const tried: Attempt = this.#ground.spent()
      ? { outcome: "unknown", late: true }
      : await attempt();
    if (tried.outcome === "unknown" && tried.late === true) this.#untried.add(what);
    return tried;
  }

  #remedy([first, ...others]: readonly RemedyEdit[], product: Product): Remedy | undefined {
    if (first === undefined) return undefined;
    const { project, conflict } = this.#ground;
    const edited = [first, ...others].flatMap((edit) =>
      "name" in edit ? [packageName(edit.name)] : [],
    );
    const names = [...new Set([...edited, ...conflict.culprits])];
    const versions = names.flatMap((name): [string, string][] => {
      const pin = product.pins.get(name);
      return pin === undefined ? [] : [[name, pin.release.version]];
    });
    return {
      edits: [first, ...others],
      versions: Object.fromEntries(versions),
      downgrades: downgradesIn(project, product),
    };
  }
}

function othersOf(names: readonly PackageName[]): string {
  return `another ${names.join(" and another ")}`;
}

function wordsOf(edit: RemedyEdit): string {
  switch (edit.kind) {
    case "requirement":
      return `${edit.name} ${edit.after}`;
    case "constraint":
      return `${edit.name} without its constraint`;
    case "removal":
      return `no ${edit.name}`;
    case "pre-releases":
      return "pre-releases";
    case "python":
      return `Python ${edit.version}`;
  }
}

function found(tried: readonly (Remedy | undefined)[]): readonly Remedy[] {
  return tried.filter((one) => one !== undefined);
}
