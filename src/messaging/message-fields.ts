import type { Message, MessageOf, MessageType } from "../model/message.ts";

/** What a field may hold. `address` is a URL without credentials. */
export type FieldKind = "text" | "text?" | "address" | "truth";

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
 * original's where our fields are; `unresolved_package` has one more, and `adviser_trigger` names a
 * project on this machine instead of a stack, so they count on from the original's v1 and v5.
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
    version: "v6",
    fields: { project: "text", re_run_adviser_id: "text", runtime: "text?", dev: "truth" },
  },
};

/**
 * Two messages with one key ask for the same work: type, package, version, index, runtime and
 * file; for advice the project and the run that asked.
 */
export function messageKey(message: Message): string {
  // A journal may hold types that only a later Thoth knows.
  if (!Object.hasOwn(messageSpecs, message.type)) return JSON.stringify(message);
  const fields: Readonly<Record<string, unknown>> = { ...message };
  const names = Object.keys(messageSpecs[message.type].fields).sort();
  return JSON.stringify([message.type, ...names.map((name) => fields[name])]);
}
