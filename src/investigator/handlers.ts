import type { MessageOf, MessageType } from "../model/message.ts";
import { parseSourceKey } from "../model/project.ts";
import { indexUrl, type Release } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import type { Reaction, Task } from "../model/task.ts";
import { packageName } from "../python/name.ts";

/** What each message asks for: the one table of the investigator, a line a type. */
export const handlers: {
  readonly [Type in MessageType]: (message: MessageOf<Type>) => Reaction;
} = {
  unresolved_package: unresolvedTask,
  solved_package: (message) => ({ kind: "consider-release", release: releaseOf(message) }),
  si_unanalyzed_package: (message) => ({ kind: "si-scan", release: releaseOf(message) }),
  update_provides_source_distro: (message) => ({
    kind: "note-source-distribution",
    release: releaseOf(message),
    value: message.value,
  }),
  missing_version: (message) => ({ kind: "note-vanished", release: releaseOf(message) }),
  missing_package: (message) => ({
    kind: "note-absent",
    name: packageName(message.package_name),
    index: indexUrl(message.index_url),
  }),
  adviser_trigger: (message) => ({ kind: "advise", trigger: message }),
  package_released: (message) => ({ kind: "solve-everywhere", release: releaseOf(message) }),
  hash_mismatch: (message) => ({
    kind: "note-hashes",
    release: releaseOf(message),
    gone: message.missing_from_source,
    come: message.missing_from_database,
  }),
  cve_provided: (message) => ({ kind: "warn-projects", release: releaseOf(message) }),
  unrevsolved_package: (message) => ({
    kind: "revsolve",
    name: packageName(message.package_name),
    version: message.package_version,
  }),
  provenance_checker_trigger: (message) => ({ kind: "check-provenance", trigger: message }),
  inspection_completed: (message) => ({
    kind: "take-inspection",
    id: message.inspection_id,
    force: message.force_sync,
  }),
  advise_justification: () => park("it is a figure of the original's reports"),
  build_analysis_trigger: () => park("Thoth analyses no container builds"),
  kebechet_run_url_trigger: () => park("it is for the original's bot on Git services"),
  kebechet_trigger: () => park("it is for the original's bot on Git services"),
  package_extract_trigger: () => park("Thoth analyses no container images"),
  thoth_repo_init: () => park("it is for the original's bot on Git services"),
};

function park(reason: string): Reaction {
  return { kind: "park", reason };
}

/** What any message leads to. */
export function reactionTo<Type extends MessageType>(
  type: Type,
  message: MessageOf<Type>,
): Reaction {
  return handlers[type](message);
}

function unresolvedTask(message: MessageOf<"unresolved_package">): Task {
  const name = packageName(message.package_name);
  if (parseSourceKey(message.index_url) !== undefined) {
    return { kind: "learn-source", name, key: message.index_url };
  }
  const index = indexUrl(message.index_url);
  if (message.package_version === null) return { kind: "learn-releases", name, index };
  const release = { name, version: message.package_version, index };
  if (message.solver !== null)
    return { kind: "install", release, runtime: runtimeId(message.solver) };
  return { kind: "learn-metadata", release, filename: message.filename };
}

function releaseOf(message: {
  readonly package_name: string;
  readonly package_version: string;
  readonly index_url: string;
}): Release {
  return {
    name: packageName(message.package_name),
    version: message.package_version,
    index: indexUrl(message.index_url),
  };
}
