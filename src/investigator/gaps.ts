import { createMessage } from "../messaging/codec.ts";
import type { Gap } from "../model/gap.ts";
import type { Message } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import { programVersion } from "../util/program.ts";

/** The message that asks for a missing fact; the same gap always gives the same message. */
export function gapMessage(gap: Gap): Message {
  switch (gap.missing) {
    case "releases":
      return unresolved({ package_name: gap.name, index_url: gap.index });
    case "metadata":
      return unresolved({ ...named(gap.release), filename: gap.filename });
    case "installed":
      return unresolved({ ...named(gap.release), solver: gap.runtime });
    case "source":
      return unresolved({ package_name: gap.name, index_url: gap.key });
    case "security":
      return createMessage("si_unanalyzed_package", sender, named(gap.release));
  }
}

/** Who sends the messages of this program. */
export const sender = { component: "thoth", serviceVersion: programVersion };

function unresolved(fields: {
  readonly package_name: string;
  readonly index_url: string;
  readonly package_version?: string;
  readonly solver?: string;
  readonly filename?: string;
}): Message {
  const unasked = { package_version: null, solver: null, filename: null };
  return createMessage("unresolved_package", sender, { ...unasked, ...fields });
}

/** The fields that name a release in every message. */
export function named({ name, version, index }: Release) {
  return { package_name: name, package_version: version, index_url: index };
}
