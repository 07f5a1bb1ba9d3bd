import { gapMessage, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Message } from "../model/message.ts";
import { type Release, releaseText } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Bench } from "./bench.ts";
import { isNewToProjects } from "./new-releases.ts";
import { seriesOf } from "./release-series.ts";
import { fileFor, isStable, isUnsolved, releaseFacts, type UsedRuntimes } from "./used-runtimes.ts";

/**
 * What a new release leads to: it is installed and imported on the runtimes that its package is
 * used on, where it is the newest that fits. A watched project may be held to an older series, so
 * for those the newest of each series counts. Nothing if the index lists something newer by now.
 */
export async function solveEverywhere(
  { services, learner }: Bench,
  release: Release,
  used: UsedRuntimes,
): Promise<readonly Message[]> {
  const { name, version, index } = release;
  const { store } = services;
  // Another process tells of a release before it has written it down
  if (releaseFacts(store, release) === undefined) await learner.releases(name, index);
  const facts = releaseFacts(store, release);
  const list = store.releases(name, index);
  if (facts === undefined || list === undefined || !isStable(facts)) return [];
  const behind = isNewToProjects(services, release);
  const runtimes = used(name, index);
  if (runtimes.length === 0) {
    // Nobody can try it here; whether a project would take it is for the adviser to say
    const fields = { package_name: name, package_version: version };
    return behind ? [createMessage("unrevsolved_package", sender, fields)] : [];
  }
  return runtimes.flatMap((runtime) => {
    const wanted = isWanted(list, version, { runtime, behind });
    return wanted && isUnsolved(store, release, runtime) ? [solveMessage(release, runtime)] : [];
  });
}

/** The message that has a release installed and imported on a runtime. */
export function solveMessage(release: Release, runtime: Runtime): Message {
  const requiredBy = releaseText(release);
  return gapMessage({ missing: "installed", release, runtime: runtime.id, requiredBy });
}

/** Whether a release is the newest that fits a runtime, or, for who is `behind`, of its series. */
function isWanted(
  list: ReleaseList,
  version: string,
  { runtime, behind }: { readonly runtime: Runtime; readonly behind: boolean },
): boolean {
  for (let position = 0; position < list.count; position += 1) {
    const facts = list.release(position);
    if (!isStable(facts) || fileFor(facts, runtime) === undefined) continue;
    if (facts.version === version) return true;
    if (!behind || seriesOf(facts.version) === seriesOf(version)) return false;
  }
  return false;
}
