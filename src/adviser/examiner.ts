import type { AdvisoryMatch } from "../model/advisory.ts";
import type { FileFacts, MetadataFact, ReleaseFacts, ReleaseList } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import { admitsPython, chooseFile, type FileChoice } from "../python/file-choice.ts";
import type { Version } from "../python/version.ts";
import { contains, type VersionRange } from "../python/version-range.ts";
import type { AdviceContext } from "./context.ts";
import { type Cost, noCost } from "./cost.ts";
import { type Penalty, worst } from "./penalty.ts";
import type { PackageUnits } from "./pipeline.ts";
import type { Objection, SievedRelease } from "./unit.ts";
import { weightOf } from "./weight.ts";

/** A release that may be chosen, with the file that the runtime would install. */
export interface Candidate {
  readonly release: Release;
  readonly version: Version;
  readonly file: FileFacts;
  /** Of that file; undefined while it is not known. */
  readonly metadata: MetadataFact | undefined;
  /** What is known against it; empty, too, where nobody knows. */
  readonly advisories: readonly AdvisoryMatch[];
  /** What the steps have against it. */
  readonly objections: readonly StepObjection[];
  /** The worst of them. */
  readonly penalty: Penalty;
  /** What they come to. */
  readonly weight: Cost;
}

/** An objection and the name of the step that has it. */
interface StepObjection extends Objection {
  readonly step: string;
}

/** `unit`: the sieve that rejects it; undefined: it is no release for this runtime at all. */
export type Examined =
  | { readonly candidate: Candidate }
  | { readonly reason: string; readonly unit?: string };

const nothing: readonly never[] = [];

interface KnownChoice {
  readonly python: string;
  readonly ranks: AdviceContext["ranks"];
  readonly choice: FileChoice<FileFacts>;
}

/** By what a store says of a release, which it hands out again and again; for the last runtime. */
const chosenFiles = new WeakMap<ReleaseFacts, KnownChoice>();

function fileFor(
  facts: ReleaseFacts,
  python: string,
  ranks: AdviceContext["ranks"],
): FileChoice<FileFacts> {
  const known = chosenFiles.get(facts);
  if (known?.python === python && known.ranks === ranks) return known.choice;
  const choice = chooseFile(facts, python, ranks);
  chosenFiles.set(facts, { python, ranks, choice });
  return choice;
}

/** Looks at single releases of one package: the file for the runtime, the sieves, the steps. */
export class Examiner {
  private readonly list: ReleaseList;
  private readonly context: AdviceContext;
  private readonly units: PackageUnits;
  private readonly pinned: VersionRange | undefined;
  /** A range is often looked through many times. */
  private readonly against = new Map<string, readonly AdvisoryMatch[]>();

  /** `pinned`: what the Pipfile asks for by `==`, which may be yanked. */
  constructor(
    list: ReleaseList,
    context: AdviceContext,
    units: PackageUnits,
    pinned: VersionRange | undefined,
  ) {
    this.list = list;
    this.context = context;
    this.units = units;
    this.pinned = pinned;
  }

  /** What is known against a version; empty, too, where nobody knows. */
  advisories(version: string): readonly AdvisoryMatch[] {
    const known = this.against.get(version);
    if (known !== undefined) return known;
    const answer = this.context.knowledge.advisories(this.list.name, version) ?? nothing;
    this.against.set(version, answer);
    return answer;
  }

  /** What there is at a place in the list. */
  look(position: number, version: Version | undefined): Examined {
    const { runtime, ranks, knowledge } = this.context;
    const wanted = this.list.python(position);
    // Most releases that are passed over are for a newer Python: no more of them is read
    if (!admitsPython(wanted, runtime.pythonFull)) return { reason: `needs Python ${wanted}` };
    const facts = this.list.release(position);
    if (version === undefined) return { reason: "is no version (PEP 440)" };
    const choice = fileFor(facts, runtime.pythonFull, ranks);
    if ("reason" in choice) return choice;
    const release = { name: this.list.name, version: facts.version, index: this.list.index };
    const metadata = knowledge.metadata(release, choice.file.filename, runtime.id);
    const advisories = this.advisories(release.version);
    const sieved = {
      release,
      facts,
      metadata,
      advisories,
      status: this.list.status,
      filename: choice.file.filename,
      pinned: this.pinned !== undefined && contains(this.pinned, version),
    };
    for (const sieve of this.units.sieves) {
      const reason = sieve.rejects(sieved, this.context);
      if (reason !== undefined) return { reason, unit: sieve.name };
    }
    const objections = this.objectionsTo(sieved);
    const penalty = worst(objections.map((one) => one.penalty));
    const weight = objections.length === 0 ? noCost : weightOf(objections);
    const { file } = choice;
    return {
      candidate: { release, version, file, metadata, advisories, objections, penalty, weight },
    };
  }

  private objectionsTo(sieved: SievedRelease): readonly StepObjection[] {
    let found: readonly StepObjection[] = nothing;
    for (const step of this.units.steps) {
      const objection = step.objects(sieved, this.context);
      // Nearly always there is none, and there are many releases
      if (objection !== undefined) found = [...found, { ...objection, step: step.name }];
    }
    return found;
  }
}
