import type { Message, MessageOf, MessageType } from "../model/message.ts";

/** What a field may hold, `?` for "or null". `address` is a URL without credentials. */
export type FieldKind =
  | "text"
  | "text?"
  | "texts"
  | "address"
  | "addresses"
  | "truth"
  | "count"
  | "record"
  | "causes";

/** Fields that every message has, and that its type decides or its sender fills in. */
export type EnvelopeField = "type" | "version" | "component_name" | "service_version";

interface MessageSpec<Type extends MessageType> {
  /** Where the original sends it. */
  readonly topic: string;
  /** Version of the schema; a message of another one is left for a program that knows it. */
  readonly version: string;
  readonly fields: Readonly<Record<Exclude<keyof MessageOf<Type>, EnvelopeField>, FieldKind>>;
}

const release = { package_name: "text", package_version: "text", index_url: "address" } as const;

/**
 * Every message, typed once: checks and JSON Schema are derived from this. The versions are the
 * original's where our fields are. `unresolved_package` has one more, and the triggers of advice and of
 * provenance checks name a project on this machine instead of a stack: they count on from the
 * original's v1, v5 and v4. Fields that would carry a registry's password are left out.
 */
export const messageSpecs: { readonly [Type in MessageType]: MessageSpec<Type> } = {
  unresolved_package: {
    topic: "thoth.investigator.unresolved-package",
    version: "v2",
    fields: {
      package_name: "text",
      index_url: "address",
      package_version: "text?",
      solver: "text?",
      filename: "text?",
    },
  },
  solved_package: {
    topic: "thoth.solver.solved-package",
    version: "v1",
    fields: { ...release, solver: "text" },
  },
  si_unanalyzed_package: {
    topic: "thoth.investigator.si-unanalyzed-package",
    version: "v1",
    fields: release,
  },
  update_provides_source_distro: {
    topic: "thoth.update-provides-source-distro",
    version: "v1",
    fields: { ...release, value: "truth" },
  },
  missing_version: {
    topic: "thoth.package-update.missing-package-version",
    version: "v1",
    fields: release,
  },
  missing_package: {
    topic: "thoth.package-update.missing-package",
    version: "v1",
    fields: { package_name: "text", index_url: "address" },
  },
  adviser_trigger: {
    topic: "thoth.adviser-trigger",
    version: "v7",
    fields: {
      project: "text",
      re_run_adviser_id: "text?",
      runtime: "text?",
      dev: "truth",
      justification: "causes",
    },
  },
  package_released: {
    topic: "thoth.package-release.package-released",
    version: "v1",
    fields: release,
  },
  hash_mismatch: {
    topic: "thoth.package-update.hash-mismatch",
    version: "v1",
    fields: { ...release, missing_from_source: "texts", missing_from_database: "texts" },
  },
  cve_provided: { topic: "thoth.cve-update.cve-provided", version: "v1", fields: release },
  unrevsolved_package: {
    topic: "thoth.investigator.unrevsolved-package",
    version: "v1",
    fields: { package_name: "text", package_version: "text" },
  },
  provenance_checker_trigger: {
    topic: "thoth.provenance-checker-trigger",
    version: "v5",
    fields: { project: "text", whitelisted_sources: "addresses" },
  },
  inspection_completed: {
    topic: "thoth.inspection-completed",
    version: "v1",
    fields: { inspection_id: "text", force_sync: "truth" },
  },
  advise_justification: {
    topic: "thoth.advise-reporter.advise-justification",
    version: "v1",
    fields: {
      message: "text",
      justification_type: "text",
      count: "count",
      adviser_version: "text",
    },
  },
  build_analysis_trigger: {
    topic: "thoth.build-analysis-trigger",
    version: "v1",
    fields: {
      base_image: "text?",
      output_image: "text?",
      buildlog_document_id: "text?",
      environment_type: "text?",
      job_id: "text?",
      origin: "text?",
    },
  },
  kebechet_run_url_trigger: {
    topic: "thoth.kebechet-run-url-trigger",
    version: "v2",
    fields: {
      url: "text?",
      service_name: "text?",
      installation_id: "text?",
      job_id: "text?",
      metadata: "record",
    },
  },
  kebechet_trigger: {
    topic: "thoth.kebechet-trigger",
    version: "v1",
    fields: { webhook_payload: "record", job_id: "text?" },
  },
  package_extract_trigger: {
    topic: "thoth.package-extract-trigger",
    version: "v2",
    fields: {
      image: "text",
      environment_type: "text?",
      is_external: "truth",
      verify_tls: "truth",
      debug: "truth",
      graph_sync: "truth",
      job_id: "text?",
      origin: "text?",
    },
  },
  thoth_repo_init: {
    topic: "thoth.repo-init",
    version: "v1",
    fields: { project_url: "address", job_id: "text?" },
  },
};

/** Version of the schema of a type, if there is such a type. */
export function versionOf(type: unknown): string | undefined {
  return isMessageType(type) ? messageSpecs[type].version : undefined;
}

export function isMessageType(type: unknown): type is MessageType {
  return typeof type === "string" && Object.hasOwn(messageSpecs, type);
}

/**
 * Two messages with one key ask for the same work: type, package, version, index, runtime and
 * file; for advice the project and the run that asked.
 */
export function messageKey(message: Message): string {
  const known = keys.get(message);
  if (known !== undefined) return known;
  const key = madeKey(message);
  keys.set(message, key);
  return key;
}

// A queue asks for it several times on the way of each message
const keys = new WeakMap<Message, string>();

function madeKey(message: Message): string {
  // A journal may hold types that only a later Thoth knows.
  if (!isMessageType(message.type)) return JSON.stringify(message);
  const fields: Readonly<Record<string, unknown>> = { ...message };
  const values: unknown[] = [message.type];
  for (const name of fieldNames(message.type)) values.push(fields[name]);
  return JSON.stringify(values);
}

const namesByType = new Map<MessageType, readonly string[]>();

function fieldNames(type: MessageType): readonly string[] {
  const known = namesByType.get(type);
  if (known !== undefined) return known;
  const names = Object.keys(messageSpecs[type].fields).sort();
  namesByType.set(type, names);
  return names;
}
