/**
 * The messages of the learning loop, with the original's types and fields; the envelope names who
 * sent it and the schema's version. Index addresses never carry credentials.
 */
interface Envelope<Type extends string> {
  readonly type: Type;
  readonly component_name: string;
  readonly service_version: string;
  /** Version of this type's schema, e.g. "v1". */
  readonly version: string;
}

export interface UnresolvedPackage extends Envelope<"unresolved_package"> {
  readonly package_name: string;
  readonly index_url: string;
  /** null: the releases as such are unknown. */
  readonly package_version: string | null;
  /** Runtime to solve for; null where only metadata is missing. */
  readonly solver: string | null;
  /** The file whose metadata is missing; null: whichever the runtime would install. */
  readonly filename: string | null;
}

export interface SolvedPackage extends Envelope<"solved_package"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
  readonly solver: string;
}

export interface SiUnanalyzedPackage extends Envelope<"si_unanalyzed_package"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
}

export interface UpdateProvidesSourceDistro extends Envelope<"update_provides_source_distro"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
  readonly value: boolean;
}

export interface MissingVersion extends Envelope<"missing_version"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
}

export interface MissingPackage extends Envelope<"missing_package"> {
  readonly package_name: string;
  readonly index_url: string;
}

/** Why an advice that nobody asked for is run: what changed under a watched project. */
export interface TriggerCause {
  readonly type:
    | "advisory"
    | "hash-mismatch"
    | "missing-package"
    | "missing-version"
    | "new-release";
  readonly package_name: string;
  /** null: the package as such. */
  readonly package_version: string | null;
  readonly index_url: string;
}

export interface AdviserTrigger extends Envelope<"adviser_trigger"> {
  /** Project directory whose advice is to be run, again or for the first time. */
  readonly project: string;
  /** The run that asked for the missing knowledge; null: an event calls for a new one. */
  readonly re_run_adviser_id: string | null;
  /** Name of the runtime that the advice is for; null: the project's default. */
  readonly runtime: string | null;
  readonly dev: boolean;
  readonly justification: readonly TriggerCause[];
}

/** A release that its index did not list before. */
export interface PackageReleased extends Envelope<"package_released"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
}

/** A release whose set of files changed since it was learnt; hashes are sha256. */
export interface HashMismatch extends Envelope<"hash_mismatch"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
  /** Known here, no longer listed. */
  readonly missing_from_source: readonly string[];
  /** Listed, not known here before. */
  readonly missing_from_database: readonly string[];
}

/** An advisory applies to a release. */
export interface CveProvided extends Envelope<"cve_provided"> {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
}

/** A release that is to be held against what depends on its package. */
export interface UnrevsolvedPackage extends Envelope<"unrevsolved_package"> {
  readonly package_name: string;
  readonly package_version: string;
}

export interface ProvenanceCheckerTrigger extends Envelope<"provenance_checker_trigger"> {
  /** Project directory whose lock is to be checked. */
  readonly project: string;
  /** Indexes that files may come from; empty: those of the Pipfile. */
  readonly whitelisted_sources: readonly string[];
}

export interface InspectionCompleted extends Envelope<"inspection_completed"> {
  readonly inspection_id: string;
  /** Take the result in even if it was before. */
  readonly force_sync: boolean;
}

/*
 * The original's services around Git hosting, container images and its own reports: Thoth knows
 * these messages, so that they can pass through its queue, and acts on none of them.
 */

export interface AdviseJustification extends Envelope<"advise_justification"> {
  readonly message: string;
  readonly justification_type: string;
  readonly count: number;
  readonly adviser_version: string;
}

export interface BuildAnalysisTrigger extends Envelope<"build_analysis_trigger"> {
  readonly base_image: string | null;
  readonly output_image: string | null;
  readonly buildlog_document_id: string | null;
  readonly environment_type: string | null;
  readonly job_id: string | null;
  readonly origin: string | null;
}

export interface KebechetRunUrlTrigger extends Envelope<"kebechet_run_url_trigger"> {
  readonly url: string | null;
  readonly service_name: string | null;
  readonly installation_id: string | null;
  readonly job_id: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface KebechetTrigger extends Envelope<"kebechet_trigger"> {
  readonly webhook_payload: Readonly<Record<string, unknown>>;
  readonly job_id: string | null;
}

export interface PackageExtractTrigger extends Envelope<"package_extract_trigger"> {
  readonly image: string;
  readonly environment_type: string | null;
  readonly is_external: boolean;
  readonly verify_tls: boolean;
  readonly debug: boolean;
  readonly graph_sync: boolean;
  readonly job_id: string | null;
  readonly origin: string | null;
}

export interface ThothRepoInit extends Envelope<"thoth_repo_init"> {
  readonly project_url: string;
  readonly job_id: string | null;
}

/** Messages that something here sends and something here acts on. */
export type LiveMessage =
  | UnresolvedPackage
  | SolvedPackage
  | SiUnanalyzedPackage
  | UpdateProvidesSourceDistro
  | MissingVersion
  | MissingPackage
  | AdviserTrigger
  | PackageReleased
  | HashMismatch
  | CveProvided
  | UnrevsolvedPackage
  | ProvenanceCheckerTrigger
  | InspectionCompleted;

/** Messages that are only known by their schema. */
export type ForeignMessage =
  | AdviseJustification
  | BuildAnalysisTrigger
  | KebechetRunUrlTrigger
  | KebechetTrigger
  | PackageExtractTrigger
  | ThothRepoInit;

export type Message = LiveMessage | ForeignMessage;

export type MessageType = Message["type"];

/** The message of one type. */
export type MessageOf<Type extends MessageType> = Extract<Message, { readonly type: Type }>;
