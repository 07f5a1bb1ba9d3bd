import type { PackageName } from "../python/name.ts";
import type { VersionRange } from "../python/version-range.ts";
import type { AdvisoryDatabase, AdvisoryMatch } from "./advisory.ts";
import type { IndexUrl } from "./release.ts";

/** What is known against a release; "unknown" is never taken for "nothing-known". */
export type AuditVerdict = "affected" | "nothing-known" | "unknown";

/** One line of a Pipfile, as far as an audit heeds it. */
export interface AuditLine {
  readonly name: PackageName;
  /** As the Pipfile spells it. */
  readonly spelling: string;
  readonly extras: readonly string[];
  /** As written, "" for any version and for what comes from no index. */
  readonly specifier: string;
  readonly range: VersionRange;
  readonly mentionsPrerelease: boolean;
  /** "Pipfile:7". */
  readonly where: string;
  readonly line: number;
  /** Key of its SourceFact, for git, path and url entries. */
  readonly source?: string;
}

/** One pinned package. */
export interface AuditPin {
  readonly name: PackageName;
  readonly origin: "index" | "git" | "path" | "url";
  /** As pinned, without `==`; absent: none is. */
  readonly version?: string;
  /** sha256 of the files that the lock admits, hex. */
  readonly hashes: readonly string[];
  readonly extras: readonly string[];
  /** Where it comes from, if not from an index; without credentials. */
  readonly location?: string;
  /** Indexes that may have it, in order of preference. */
  readonly indexes: readonly IndexUrl[];
  /** Line of the lock, or of the Pipfile where that has the pin. */
  readonly line: number;
}

/** An advisory against a pin. */
export interface AuditFinding {
  readonly advisory: AdvisoryMatch;
  /** The file of the lock that is known, whatever it calls itself. */
  readonly sha256?: string;
}

/** How a pin came into the lock: names from a line of the Pipfile to the pin itself. */
export interface AuditPath {
  readonly where: string;
  readonly line: number;
  readonly names: readonly [PackageName, ...PackageName[]];
}

/** What forbids a release: a line of the Pipfile, or the demand of another pin. */
export type Hold =
  | { readonly by: "line"; readonly line: AuditLine; readonly instead: string }
  | {
      readonly by: "release";
      readonly name: PackageName;
      readonly version: string;
      /** As a person reads it: `jinja2 <3`. */
      readonly needs: string;
    };

/** The least change that leaves nothing known against a package. */
export type Remedy =
  | {
      readonly state: "update";
      readonly version: string;
      /** It is older than the pin: nothing newer is free and fits. */
      readonly older?: true;
      /** Pins whose demands are not known, and might forbid it. */
      readonly unsure: readonly PackageName[];
    }
  | { readonly state: "held"; readonly version: string; readonly holds: readonly [Hold, ...Hold[]] }
  /** Something is known against every release above that could be taken. */
  | {
      readonly state: "none";
      /** The newest of those, if there is any. */
      readonly newest?: string;
      /** The lowest that nothing is known against, which the runtime can't have, and why. */
      readonly refused?: { readonly version: string; readonly reason: string };
    }
  | { readonly state: "unknown"; readonly reason: string };

/** What an audit says of one pin. */
export interface AuditedPin {
  readonly pin: AuditPin;
  readonly verdict: AuditVerdict;
  /** Why nobody knows. */
  readonly reason?: string;
  /** Worst first; may be there though the rest is unknown. */
  readonly findings: readonly AuditFinding[];
  /** Absent: not known, or not asked for as there are no findings. */
  readonly path?: AuditPath;
  readonly remedy?: Remedy;
}

/** What needs what among the pins, as far as it is known. */
export interface AuditDependencies {
  readonly name: PackageName;
  /** Undefined: its metadata is not known here. */
  readonly needs: readonly PackageName[] | undefined;
}

export interface Audit {
  /** The name of the folder. */
  readonly project: string;
  /** What was audited, as the user would type its path. */
  readonly file: string;
  readonly kind: "lock" | "pipfile";
  /** The Pipfile beside it; absent where there is none. */
  readonly pipfile?: string;
  /** Undefined: the store holds no advisories. */
  readonly database: AdvisoryDatabase | undefined;
  readonly pins: readonly AuditedPin[];
  readonly dependencies: readonly AuditDependencies[];
  /** Names on lines of the Pipfile. */
  readonly direct: readonly PackageName[];
  /** What limits the answer as a whole, a sentence each. */
  readonly notes: readonly string[];
}
