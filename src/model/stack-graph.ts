import type { PackageName } from "../python/name.ts";
import type { VersionRange } from "../python/version-range.ts";

/** One demand on a package: by a line of the Pipfile, or by a locked release. */
export interface StackDemand {
  /** The release that makes it; undefined: a line of the Pipfile does. */
  readonly from: PackageName | undefined;
  readonly to: PackageName;
  /** "Pipfile:7" or "flask==3.0.3". */
  readonly by: string;
  /** As a person reads it: `werkzeug >=3`. */
  readonly text: string;
  readonly range: VersionRange;
  /** Extra of `from` that adds it; "" for none. */
  readonly extra: string;
  /** What the line of the Pipfile names, where `to` stands in for that. */
  readonly standsFor?: PackageName;
  /** Line of the Pipfile, where that makes it. */
  readonly line?: number;
}

/** One package of a stack. */
export interface StackNode {
  readonly name: PackageName;
  /** As locked; undefined: comes from a git, path or url entry, or is needed and not locked. */
  readonly version: string | undefined;
  readonly locked: boolean;
  readonly categories: readonly string[];
  /** Extras that the stack uses of it. */
  readonly extras: readonly string[];
  /** What it needs on the runtime; empty, too, where `unknown` says why nobody knows. */
  readonly needs: readonly StackDemand[];
  readonly unknown?: string;
}

/** What needs what in a lock, on one runtime. */
export interface StackGraph {
  readonly nodes: ReadonlyMap<PackageName, StackNode>;
  /** What the lines of the Pipfile ask for, in their order. */
  readonly lines: readonly StackDemand[];
}

/** A package as a lock pins it. */
export interface LockedPin {
  readonly name: PackageName;
  /** Normalised; undefined for git, path and url entries. */
  readonly version: string | undefined;
  readonly categories: readonly string[];
}
