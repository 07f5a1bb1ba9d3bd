import type { PackageName } from "../python/name.ts";
import type { Problem } from "../util/errors.ts";

/** Kinds of prescribed units, by the names that the original's format has for them. */
export const prescribedKinds = [
  "boot",
  "pseudonym",
  "sieve",
  "sieve.SkipPackage",
  "step",
  "step.SkipPackage",
  "step.AddPackage",
  "step.Group",
  "stride",
  "wrap",
  "wrap.GHReleaseNotes",
] as const;

export type PrescribedKind = (typeof prescribedKinds)[number];

/** Kinds that have a say about several packages at once, or about what a package requires. */
export const combiningKinds: ReadonlySet<PrescribedKind> = new Set<PrescribedKind>([
  "sieve.SkipPackage",
  "step",
  "step.SkipPackage",
  "step.AddPackage",
  "step.Group",
  "stride",
]);

/** The lists of `units:`, one for each kind of unit of the pipeline. */
export const unitLists = ["boots", "pseudonyms", "sieves", "steps", "strides", "wraps"] as const;

export type UnitList = (typeof unitLists)[number];

/** One unit of a prescription. Plain data that survives JSON; all of it is text of a stranger. */
export interface PrescribedUnit {
  /** With the name of its prescription: `thoth.ConnexionWerkzeugStep`. */
  readonly name: string;
  readonly kind: PrescribedKind;
  /** `FILE:LINE`, below the prescriptions' folder. */
  readonly where: string;
  readonly include: Inclusion;
  /** It has a say where any of these holds; empty: always. */
  readonly match: readonly PrescribedMatch[];
  readonly run: PrescribedRun;
}

/** A list that a value must be in, or must not be in. */
export interface Listed<T> {
  readonly values: readonly T[];
  readonly not: boolean;
}

/** When a unit takes part in an advice (`should_include`). */
export interface Inclusion {
  /** `times: 0`. */
  readonly off: boolean;
  /** `adviser_pipeline`; without it a unit is for the original's Dependency Monkey. */
  readonly adviser: boolean;
  readonly recommendationTypes?: Listed<string>;
  /** Any of them must be set. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Module to what must be used of it. */
  readonly libraryUsage?: Readonly<Record<string, readonly string[]>>;
  /** Other units that must take part. */
  readonly dependencies?: readonly { readonly list: UnitList; readonly name: string }[];
  readonly runtime?: RuntimeCondition;
}

/** Software of a runtime whose version a unit can ask for. */
export const runtimeSoftware = ["cuda", "cudnn", "mkl", "openblas", "openmpi"] as const;

export type RuntimeSoftware = (typeof runtimeSoftware)[number];

/** What a runtime must be like (`runtime_environments`); what is left out may be anything. */
export interface RuntimeCondition {
  readonly operatingSystems?: readonly { readonly name?: string; readonly version?: string }[];
  readonly hardware?: readonly HardwareCondition[];
  readonly python?: string;
  /** A specifier; null: there must be none. */
  readonly software?: Readonly<Partial<Record<RuntimeSoftware, string | null>>>;
  readonly platforms?: Listed<string | null>;
  readonly baseImages?: Listed<string | null>;
  /** Fields that ask for what nobody here knows of a runtime: `abi`, `rpm_packages`, `python_packages`. */
  readonly unknowable?: readonly string[];
}

export interface HardwareCondition {
  readonly cpuFamilies?: Listed<number | null>;
  readonly cpuModels?: Listed<number | null>;
  readonly cpuFlags?: Listed<string>;
  readonly gpuModels?: Listed<string | null>;
}

/** A release that is looked for. */
export interface ReleaseMatch {
  /** Undefined: any package. */
  readonly name?: PackageName;
  /** A specifier (PEP 440). */
  readonly version?: string;
  readonly index?: { readonly url: string; readonly not: boolean };
  /** Needed for development only, or not. */
  readonly develop?: boolean;
}

/** One entry of `match`. */
export interface PrescribedMatch {
  /** The release that is looked at; undefined: the kind looks at stacks, or it matches always. */
  readonly release?: ReleaseMatch;
  /** What must be in the stack, beside. */
  readonly resolved: readonly ReleaseMatch[];
  /** Who must need the release. */
  readonly from: readonly ReleaseMatch[];
  /** Others may need it, too. */
  readonly fromOthers: boolean;
}

export interface PrescribedMessage {
  readonly type: "INFO" | "WARNING" | "ERROR";
  readonly message: string;
  readonly link?: string;
  readonly package?: PackageName;
  readonly advisory?: string;
}

/** What a unit does where it matches (`run`). */
export interface PrescribedRun {
  readonly log?: Pick<PrescribedMessage, "type" | "message">;
  readonly stackInfo: readonly PrescribedMessage[];
  readonly justification: readonly PrescribedMessage[];
  /** From -1 to 1; 0 where none is given. */
  readonly score: number;
  readonly notAcceptable?: string;
  readonly eagerStop?: string;
  /** `yield` of a pseudonym: what is offered. */
  readonly offers?: {
    readonly name: PackageName;
    readonly version?: string;
    readonly index?: string;
    readonly sameVersion: boolean;
  };
  /** `package_version` of step.AddPackage. */
  readonly adds?: { readonly name: PackageName; readonly version: string; readonly index: string };
  /** `advised_manifest_changes` of a wrap, as JSON. */
  readonly manifestChanges?: string;
  readonly releaseNotes?: {
    readonly organization: string;
    readonly repository: string;
    readonly tagPrefix: string;
  };
}

/**
 * Prescriptions as the adviser has them. Answers at once from what was read; what it does not know
 * yet counts as absent and is noted, so that whoever asks the adviser can `learn` and ask again.
 */
export interface Prescriptions {
  /** Units that look at a package, in the order of files. */
  unitsFor(name: PackageName): readonly PrescribedUnit[];
  /** Units that look at no package in particular. */
  general(): readonly PrescribedUnit[];
  /** The same of units that are for runtimes of certain base images only. */
  forImages(): readonly PrescribedUnit[];
  /** Units that may have a say about stacks or requirements, whatever the package. */
  combining(): readonly PrescribedUnit[];
  /** The unit of that full name, of one of the lists; undefined: there is none. */
  named(list: UnitList, name: string): PrescribedUnit | undefined;
  /** The full names of all units; takes long where there are many. */
  unitNames(): readonly string[];
  /** Whether units ask for what the project's sources import. */
  readonly asksForLibraryUsage: boolean;
  /** Names the content; another one each time where it is too much to tell. */
  readonly stamp: string;
  /** What was found wrong in what was read so far. */
  faults(): readonly Problem[];
  /** Reads what was asked for and not known; whether there was any. */
  learn(): Promise<boolean>;
}
