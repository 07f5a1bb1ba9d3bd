import type { PackageName } from "../python/name.ts";

/** One place where a module is imported. */
export interface ImportUse {
  /** As it is written: `google.cloud.storage`. */
  readonly module: string;
  /** Relative to the project. */
  readonly path: string;
  readonly line: number;
  /** The file goes on without it. */
  readonly optional: boolean;
  /** For a type checker only. */
  readonly typing: boolean;
  /** In the project's tests. */
  readonly test: boolean;
  /** Within a function. */
  readonly late: boolean;
  /** In what comes beside the project: documentation, examples, scripts, its own building. */
  readonly aside: boolean;
  /** It may mean a module of the project itself, or stands in what tests only read. */
  readonly doubtful: boolean;
}

/** What a project's sources import of others, by top-level module. */
export interface LibraryUsage {
  readonly files: number;
  /** Modules that come with Python left out. */
  readonly uses: ReadonlyMap<string, readonly ImportUse[]>;
  /** `pickle` to `pickle.loads`, …; those that come with Python, too. */
  readonly symbols: ReadonlyMap<string, ReadonlySet<string>>;
  /** What texts of the sources and files beside them name that could be a module or a package. */
  readonly mentions: ReadonlySet<string>;
  /** Names that files beside the manifest ask for, if they are such: of tools, other formats, tests. */
  readonly asked: ReadonlySet<string>;
  /** Files of which not all could be read. */
  readonly unread: readonly string[];
}

/** A package that has a module, and how that is known. */
export interface Provider {
  readonly name: PackageName;
  /** Of a release that was seen to have it. */
  readonly version?: string;
  /** seen: it was installed and imported; table: such is the package's habit; name: both are called the same. */
  readonly evidence: "seen" | "table" | "name";
}

/** An import of a project and the package that it asks for. */
export interface ImportFinding {
  readonly kind:
    | "missing"
    | "perhaps-missing"
    | "transitive"
    | "misplaced"
    | "unused"
    | "perhaps-unused";
  /** Absent for requirements that nothing imports. */
  readonly module?: string;
  readonly package: PackageName;
  readonly evidence: Provider["evidence"] | "locked";
  /** The first place. */
  readonly use?: ImportUse;
  /** "Pipfile:7". */
  readonly where?: string;
  readonly reason: string;
}
