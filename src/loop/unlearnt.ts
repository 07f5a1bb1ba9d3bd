import { named, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { Message } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import type { Services } from "../wiring.ts";
import type { RefreshTarget } from "./refresh-targets.ts";
import { isUnscanned } from "./scan-files.ts";
import { solveMessage } from "./solve-everywhere.ts";
import { isUnsolved, newestFor, releaseFacts, type UsedRuntimes } from "./used-runtimes.ts";

/** The newest release of each package, where a runtime that it is used on has not tried it. */
export function unsolvedMessages(
  { store }: Services,
  targets: readonly RefreshTarget[],
  used: UsedRuntimes,
): readonly Message[] {
  return targets.flatMap(({ name, source }) =>
    used(name, source.url).flatMap((runtime) => {
      const list = store.releases(name, source.url);
      const newest = list === undefined ? undefined : newestFor(list, runtime);
      if (newest === undefined || !isUnsolved(store, newest, runtime)) return [];
      return [solveMessage(newest, runtime)];
    }),
  );
}

/** Releases that were installed somewhere and have files that were not scanned. */
export function unscannedMessages(
  { store, now }: Services,
  targets: readonly RefreshTarget[],
): readonly Message[] {
  return targets.flatMap(({ name, source: { url: index } }) => {
    const versions = new Set(
      store
        .runtimes(name, index)
        .flatMap((runtime) => store.installedVersions(name, index, runtime)),
    );
    return [...versions].flatMap((version) => {
      const release: Release = { name, version, index };
      const listed = releaseFacts(store, release);
      if (listed === undefined || listed.vanished !== undefined) return [];
      if (!isUnscanned(store, release, now())) return [];
      return [createMessage("si_unanalyzed_package", sender, named(release))];
    });
  });
}
