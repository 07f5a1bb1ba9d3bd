import { named, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { Message, TriggerCause } from "../model/message.ts";
import type { PageChanges } from "../solver/page-changes.ts";
import type { Services } from "../wiring.ts";
import { affectedTriggers, causeOf, missingPackage } from "./affected.ts";
import { isNewToProjects } from "./new-releases.ts";
import { newestOfSeries } from "./release-series.ts";

/**
 * Who cares for what changed on an index. "watched": projects that are watched, whoever saw it.
 * "all": also the runtimes that packages are used on, where somebody had the index asked for that.
 */
export type Audience = "watched" | "all";

/**
 * Puts into the queue what changed on an index, as far as somebody will act on it: the store knows
 * from the page itself, so that who only runs `thoth advise` gets no queue that nobody empties.
 */
export async function announceChanges(
  services: Services,
  changes: PageChanges,
  audience: Audience,
): Promise<readonly Message[]> {
  const messages = changeMessages(services, changes, audience);
  if (messages.length > 0) await services.queue().publish(messages);
  return messages;
}

function changeMessages(
  services: Services,
  changes: PageChanges,
  audience: Audience,
): readonly Message[] {
  const { name, index, packageVanished } = changes;
  const { store } = services;
  const all = audience === "all";
  const concerns = (cause: TriggerCause) => all || affectedTriggers(services, cause).length > 0;
  if (packageVanished) {
    const fields = { package_name: name, index_url: index };
    const wanted = concerns(missingPackage(name, index));
    return wanted ? [createMessage("missing_package", sender, fields)] : [];
  }
  const of = (version: string) => ({ name, version, index });
  const runtimes = all ? store.runtimes(name, index) : [];
  const vanished = changes.vanished
    .map(of)
    .filter((release) => concerns(causeOf("missing-version", release)));
  const files = changes.files.filter(({ version }) => {
    const built = runtimes.some((runtime) => store.installed(of(version), runtime) !== undefined);
    return built || affectedTriggers(services, causeOf("hash-mismatch", of(version))).length > 0;
  });
  const released = newestOfSeries(changes.released)
    .map(of)
    .filter((release) => runtimes.length > 0 || isNewToProjects(services, release));
  return [
    ...vanished.map((release) => createMessage("missing_version", sender, named(release))),
    ...files.map(({ version, gone, come }) =>
      createMessage("hash_mismatch", sender, {
        ...named(of(version)),
        missing_from_source: gone.map(({ sha256 }) => sha256),
        missing_from_database: come.map(({ sha256 }) => sha256),
      }),
    ),
    ...released.map((release) => createMessage("package_released", sender, named(release))),
  ];
}
