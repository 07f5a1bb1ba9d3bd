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

export interface AdviserTrigger extends Envelope<"adviser_trigger"> {
  /** Project directory whose advice is to be run again. */
  readonly project: string;
  /** The run that asked for the missing knowledge. */
  readonly re_run_adviser_id: string;
  /** Name of the runtime that the advice is for; null: the project's default. */
  readonly runtime: string | null;
  readonly dev: boolean;
}

export type Message =
  | UnresolvedPackage
  | SolvedPackage
  | SiUnanalyzedPackage
  | UpdateProvidesSourceDistro
  | MissingVersion
  | MissingPackage
  | AdviserTrigger;

export type MessageType = Message["type"];

/** The message of one type. */
export type MessageOf<Type extends MessageType> = Extract<Message, { readonly type: Type }>;
