import type { PackageName } from "../python/name.ts";
import type { IndexUrl } from "./release.ts";

/** From which severity on an advisory makes a command fail; malware always does. */
export const severityThresholds = ["critical", "high", "medium", "low", "any", "none"] as const;
export type FailOn = (typeof severityThresholds)[number];

/** How old a release must be before it is taken. */
export interface CoolDown {
  /** ms; 0: any age will do. */
  readonly periodMs: number;
  /** As written: `7d`. */
  readonly period: string;
  /** Who set it: `thoth.toml:2`, `--cooldown`. */
  readonly where: string;
}

/** A release age for all packages, and others for some. */
export interface CoolDowns {
  readonly all: CoolDown | undefined;
  readonly packages: ReadonlyMap<PackageName, CoolDown>;
}

/** An advisory that somebody decided to live with. Malware is none. */
export interface AcceptedAdvisory {
  /** Any name of it, in capitals: `CVE-2024-1`, `PYSEC-2024-1`, `GHSA-…`. */
  readonly id: string;
  /** Undefined: wherever it applies. */
  readonly package: PackageName | undefined;
  readonly reason: string;
  /** Last day on which it counts, ISO date; undefined: for good. */
  readonly until: string | undefined;
  /** `thoth.toml:12`. */
  readonly where: string;
}

/** Licences by SPDX identifier, in lower case. */
export interface LicensePolicy {
  /** Undefined: any but those denied. What is unknown is not among them. */
  readonly allow: ReadonlySet<string> | undefined;
  readonly deny: ReadonlySet<string>;
  /** Takes what is unknown for allowed, to see which licences are to be learnt; no file can say so. */
  readonly unknown?: "allow";
}

/** Indexes that releases may come from. */
export interface IndexPolicy {
  /** Undefined: all of the project. */
  readonly allowed: ReadonlySet<IndexUrl> | undefined;
  /** The only index of a package. */
  readonly packages: ReadonlyMap<PackageName, IndexUrl>;
}

/** What a project demands of any release, beside its requirements. */
export interface Policy {
  readonly coolDowns: CoolDowns;
  /** What becomes of releases whose index tells no time of upload, where age counts. */
  readonly unknownAge: "deny" | "allow";
  /** "warn": a yanked release is taken where it is pinned; "refuse": not even then. */
  readonly yanked: "refuse" | "warn";
  readonly indexes: IndexPolicy;
  readonly licenses: LicensePolicy;
  readonly failOn: FailOn | undefined;
  /** Acceptances whose last day is over: they count no longer. */
  readonly expired: readonly AcceptedAdvisory[];
}

/** Nothing demanded. */
export const noPolicy: Policy = {
  coolDowns: { all: undefined, packages: new Map() },
  unknownAge: "deny",
  yanked: "warn",
  indexes: { allowed: undefined, packages: new Map() },
  licenses: { allow: undefined, deny: new Set() },
  failOn: undefined,
  expired: [],
};

/** How old releases of a package must be; undefined: any age will do. */
export function coolDownOf({ coolDowns }: Policy, name: PackageName): CoolDown | undefined {
  const found = coolDowns.packages.get(name) ?? coolDowns.all;
  return found === undefined || found.periodMs === 0 ? undefined : found;
}

/** Whether licences have a say. */
export function hasLicensePolicy({ licenses }: Policy): boolean {
  return licenses.allow !== undefined || licenses.deny.size > 0;
}

/** Whether any package is held to an age. */
export function hasCoolDown({ coolDowns }: Policy): boolean {
  const all = [...coolDowns.packages.values(), ...(coolDowns.all ? [coolDowns.all] : [])];
  return all.some(({ periodMs }) => periodMs > 0);
}
