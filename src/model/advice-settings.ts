import type { PackageName } from "../python/name.ts";
import type { VersionRange } from "../python/version-range.ts";
import { type AcceptedAdvisory, noPolicy, type Policy } from "./policy.ts";
import type { Prescriptions } from "./prescription.ts";

/** What a user set for an advice beside project, runtime and recommendation type. */
export interface AdviceSettings {
  /** Names of units that are switched off. */
  readonly blockedUnits: ReadonlySet<string>;
  /** Where that is set: `--block-unit`, `THOTH_BLOCKED_UNITS`, `.thoth.yaml:5:3`. */
  readonly blockedBy?: string;
  /** Labels of the run and of its runtime environment; prescriptions ask for them. */
  readonly labels: ReadonlyMap<string, string>;
  /** What versions may be, should a package be needed: lines of constraints files. */
  readonly constraints: readonly Constraint[];
  /** Packages whose pre-releases count as releases, also where only others need them. */
  readonly prereleasesOf: ReadonlySet<PackageName>;
  /** Modules that the project's sources import, each with the names that they use of it; undefined: nobody looked. */
  readonly libraryUsage: ReadonlyMap<string, readonly string[]> | undefined;
  /** Undefined: there are none. */
  readonly prescriptions?: Prescriptions;
  /** Take what prescriptions offer in place of what the project asks for, where that is better. */
  readonly takePseudonyms?: boolean;
  /** The moment that the advice is of, ms: releases uploaded later do not exist. Undefined: now. */
  readonly asOf: number | undefined;
  /** What counts as now, ms: `asOf` where that is set. */
  readonly moment: number;
  readonly policy: Policy;
  /** Advisories that do not count, those of `policy` and of labels. */
  readonly acceptedAdvisories: readonly AcceptedAdvisory[];
  /** What the old lock pins, also where its pins are given up: their age is no news. */
  readonly locked: ReadonlyMap<PackageName, string>;
  /** Whether the old lock was made from another Pipfile; undefined: there is none, or it does not say. */
  readonly lockIsOfOtherPipfile: () => boolean | undefined;
  /** Releases that are never to be advised, whoever asks for them. */
  readonly rules: readonly Rule[];
  /** The only release of its package that counts, to judge an update by. */
  readonly update: { readonly name: PackageName; readonly version: string } | undefined;
}

/** Releases that somebody ruled out (the original's solver rule). */
export interface Rule {
  readonly name: PackageName;
  /** As written: `<3`, "" for all. */
  readonly specifier: string;
  readonly range: VersionRange;
  readonly reason: string;
  /** `thoth.toml:3`. */
  readonly where: string;
}

/** One line of a constraints file whose marker holds on the runtime. */
export interface Constraint {
  readonly name: PackageName;
  /** As written: `<3`. */
  readonly specifier: string;
  readonly range: VersionRange;
  /** `constraints.txt:3`. */
  readonly where: string;
}

/** Nothing set. */
export const noSettings: AdviceSettings = {
  blockedUnits: new Set(),
  labels: new Map(),
  constraints: [],
  prereleasesOf: new Set(),
  libraryUsage: undefined,
  asOf: undefined,
  moment: 0,
  policy: noPolicy,
  acceptedAdvisories: [],
  locked: new Map(),
  lockIsOfOtherPipfile: () => undefined,
  rules: [],
  update: undefined,
};
