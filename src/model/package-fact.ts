/** What an index calls a project (PEP 792). */
export interface ProjectStatus {
  readonly state: "active" | "archived" | "quarantined" | "deprecated";
  /** Foreign text; absent where none was given. */
  readonly reason?: string;
}

/**
 * What the metadata of a package's newest release says of the whole project, and what the index
 * says beside its list of releases. All texts are foreign. What is absent was not said.
 */
export interface PackageFact {
  readonly from: "index";
  /** The release and the file whose metadata was read; absent where none could be. */
  readonly version?: string;
  readonly filename?: string;
  /** Why no metadata could be read. */
  readonly problem?: string;
  /** An SPDX expression as written (PEP 639). */
  readonly licenseExpression?: string;
  /** The free text of the older field, clipped. */
  readonly license?: string;
  readonly licenseFiles: readonly string[];
  readonly classifiers: readonly string[];
  readonly requiresPython?: string;
  /** `label, address` as written; Home-page and Download-URL are `Homepage` and `Download`. */
  readonly links: readonly string[];
  /** The organisation that owns the project on its index; absent: none, or the index does not say. */
  readonly organization?: string;
  /** Those who may release, sorted; absent: the index does not say. */
  readonly people?: readonly string[];
  readonly observedAt: string;
}

/** Services whose repositories can be asked about. */
export type GitServiceName = "github" | "gitlab";

/** What a Git service says of the repository that a package names as its source. */
export interface RepositoryFact {
  readonly from: "repository";
  readonly service: GitServiceName;
  /** `owner/name`, as the package's link has it. */
  readonly repository: string;
  /** Set where the service has no such repository, or does not show it. */
  readonly problem?: string;
  readonly archived?: boolean;
  readonly fork?: boolean;
  readonly stars?: number;
  /** An SPDX identifier as the service found it. */
  readonly license?: string;
  /** ISO 8601. */
  readonly createdAt?: string;
  readonly pushedAt?: string;
  /** At most as many as one page of the service's answer holds. */
  readonly contributors?: number;
  /** Within the 90 days before `observedAt`, likewise. */
  readonly commits?: number;
  /** Issues opened by members that were touched in those days; absent where the service hides it. */
  readonly memberIssues?: number;
  readonly observedAt: string;
}

/** What is kept beside the list of releases, one of each a package and index. */
export type AboutFact = PackageFact | RepositoryFact;
