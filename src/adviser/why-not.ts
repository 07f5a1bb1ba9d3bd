import type { StackDemand, StackGraph } from "../model/stack-graph.ts";
import type { Evidence, RejectedRelease, WhyNotVerdict } from "../model/why.ts";
import { admitsPython } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { anyVersion, contains } from "../python/version-range.ts";
import type { Candidates } from "./candidates.ts";
import { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import type { Candidate } from "./examiner.ts";
import { force } from "./force.ts";
import { demandsByTarget } from "./stack-graph.ts";

/** A locked stack that questions are put to. */
export interface LockedStack {
  readonly context: AdviceContext;
  readonly graph: StackGraph;
  /** Versions of what comes from an index. */
  readonly locked: ReadonlyMap<PackageName, string>;
}

/** The questions "why not" about one package of a locked stack; every answer can be checked. */
export class WhyNot {
  readonly #stack: LockedStack;
  readonly #name: PackageName;
  readonly #demands: readonly Demand[];
  readonly #catalog: Catalog;
  readonly #candidates: Candidates | undefined;
  readonly #pinned: Version | undefined;

  constructor(stack: LockedStack, name: PackageName) {
    this.#stack = stack;
    this.#name = name;
    this.#catalog = new Catalog(stack.context);
    this.#catalog.list(name, "");
    this.#candidates = this.#catalog.candidatesOf(name);
    this.#pinned = parseVersion(stack.locked.get(name) ?? "");
    this.#demands = [
      ...constraintsOn(name, stack),
      ...(demandsByTarget(stack.graph).get(name) ?? []),
    ];
  }

  /** Whether the releases of the package are known. */
  get isKnown(): boolean {
    return this.#candidates !== undefined;
  }

  /** Everything that is newer than what is locked, newest first. */
  newer(): readonly RejectedRelease[] {
    const found: RejectedRelease[] = [];
    for (let position = 0; position < (this.#candidates?.list.count ?? 0); position += 1) {
      const version = this.#candidates?.version(position);
      if (version === undefined) continue;
      if (this.#pinned !== undefined && compareVersions(version, this.#pinned) <= 0) break;
      found.push({ version: version.text, verdict: this.verdictOn(version, false) });
    }
    return found;
  }

  /** The newest release that all demands of the stack as it is admit, and that can be used. */
  newestThatFits(): Candidate | undefined {
    const equal = this.#policy() === "equal";
    for (const candidate of this.#candidates?.within(anyVersion) ?? []) {
      if (candidate.version.isPrerelease && !equal) continue;
      if (this.#against(candidate.version).length === 0) return candidate;
    }
    return undefined;
  }

  /** `thorough`: say also what would come of it if the project's own lines were opened. */
  verdictOn(version: Version, thorough: boolean): WhyNotVerdict {
    if (this.#pinned !== undefined && compareVersions(version, this.#pinned) === 0)
      return { rule: "in-the-stack" };
    const position = this.#candidates?.positionOf(version.text);
    if (this.#candidates === undefined || position === undefined)
      return {
        rule: "no-such-release",
        reason: `the index lists no ${this.#name} ${version.text}`,
      };
    const examined = this.#candidates.examine(position);
    if ("reason" in examined) return { rule: "unusable", reason: examined.reason };
    const unfit = this.#unfit(examined.candidate);
    if (unfit !== undefined) return { rule: "unusable", reason: unfit };
    const own = this.#against(version).filter(({ from }) => from === undefined);
    if (own.length > 0) return this.#excluded(version, own, thorough);
    if (version.isPrerelease && this.#policy() !== "equal" && !thorough)
      return { rule: "pre-release" };
    return this.#forced(examined.candidate);
  }

  #excluded(version: Version, own: readonly Demand[], thorough: boolean): WhyNotVerdict {
    const rule = own.every(({ constraint }) => constraint) ? "constraint" : "demand";
    const demands = own.map(evidence);
    if (!thorough || rule === "constraint") return { rule, demands };
    const { context, locked } = this.#stack;
    const name = this.#name;
    return { rule, demands, opened: force(context, { name, version }, locked, new Set([name])) };
  }

  #forced(candidate: Candidate): WhyNotVerdict {
    const { context, locked } = this.#stack;
    const { version } = candidate;
    const demands = this.#against(version).map(evidence);
    const forced = force(context, { name: this.#name, version }, locked);
    if (forced.outcome === "unknown") return { rule: "unknown", demands, gaps: forced.gaps };
    if (forced.outcome === "conflict") {
      const { headline, story } = forced;
      return { rule: "conflict", demands, headline, story };
    }
    const objections = candidate.objections.map(({ reason }) => reason);
    const pin = this.#candidates?.at(this.#pinned?.text ?? "");
    const heavier = candidate.penalty > (pin?.penalty ?? 0);
    const rule = demands.length > 0 ? "demand" : heavier ? "least-against" : "kept";
    return { rule, demands, objections, forced };
  }

  /** What only metadata tells. */
  #unfit(candidate: Candidate): string | undefined {
    const metadata = this.#catalog.metadata(candidate);
    if (metadata === undefined) return undefined;
    const { requiresPython } = metadata;
    if (!admitsPython(requiresPython, this.#stack.context.runtime.pythonFull))
      return `needs Python ${requiresPython}`;
    const needs = this.#catalog.dependencies(this.#name, candidate.version, "");
    const addressed = needs.find(({ url }) => url !== undefined);
    return addressed === undefined ? undefined : `needs ${addressed.text} from an address`;
  }

  #against(version: Version): readonly Demand[] {
    return this.#demands.filter(({ range }) => !contains(range, version));
  }

  #policy() {
    return this.#pinned?.isPrerelease === true ? "equal" : this.#catalog.policy(this.#name);
  }
}

interface Demand extends Pick<StackDemand, "by" | "text" | "range" | "from"> {
  readonly constraint?: true;
}

function constraintsOn(name: PackageName, { context }: LockedStack): readonly Demand[] {
  const constraints = context.project.settings?.constraints ?? [];
  return constraints
    .filter((one) => one.name === name)
    .map(({ specifier, range, where }) => ({
      from: undefined,
      by: where,
      text: `${name} ${specifier}`,
      range,
      constraint: true,
    }));
}

function evidence({ by, text }: Demand): Evidence {
  return { by, text };
}
