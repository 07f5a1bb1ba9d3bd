import { collectedMatches } from "../advisory/database.ts";
import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { AdvisoryDatabase } from "../model/advisory.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { UntoldRelease } from "../store/advisory-file.ts";
import { importAdvisories, noteTold, untoldReleases } from "../store/advisory-import.ts";
import type { Services } from "../wiring.ts";
import { type FoundAdvisories, findAdvisories } from "./advisory-source.ts";
import { indexSources } from "./index-sources.ts";
import { lockedNames, watchedLock } from "./watched-lock.ts";

/** What an update of the advisories came to. */
export interface AdvisoryUpdate {
  readonly database: AdvisoryDatabase;
  /** False where the store held just these records. */
  readonly changed: boolean;
  readonly damaged: readonly { readonly name: string; readonly reason: string }[];
  /** Releases of watched projects of which there is news. */
  readonly told: readonly UntoldRelease[];
}

/**
 * Imports a database of advisories, and has the watched projects advised anew whose locks it has
 * news of. Whom to tell is stored with the database and struck off once the messages are in the
 * queue: a process that dies in between leaves it to the next update.
 */
export async function updateAdvisories(from: string, services: Services): Promise<AdvisoryUpdate> {
  const { configuration, store, now } = services;
  const found = await findAdvisories(from, services);
  store.catchUp();
  const { database, changed } = await importAdvisories({
    store: configuration.storeDirectory,
    collection: found.collection,
    source: found.source,
    now: now(),
    untold: releasesWithNews(found, services),
  });
  store.catchUp();
  const told = untoldReleases(configuration.storeDirectory);
  await tell(told, services);
  return { database, changed, damaged: found.collection.damaged, told };
}

/** Releases that watched projects are locked to, and of which the new database says more. */
function releasesWithNews(
  { collection }: FoundAdvisories,
  { store, projects }: Services,
): readonly UntoldRelease[] {
  return lockedReleases(projects.all()).filter(({ name, version }) => {
    const known = new Set(
      (store.advisories(name, version) ?? []).map((one) => JSON.stringify(one)),
    );
    const matches = collectedMatches(collection, name, version);
    return matches.some((match) => !known.has(JSON.stringify(match)));
  });
}

function lockedReleases(projects: ReturnType<Services["projects"]["all"]>) {
  const found = new Map<string, { readonly name: PackageName; readonly version: string }>();
  for (const project of projects) {
    for (const name of lockedNames(project)) {
      const lock = watchedLock(project, name);
      for (const { text } of lock.state === "locked" ? lock.versions : [])
        found.set(`${name}==${text}`, { name, version: text });
    }
  }
  return [...found.values()];
}

async function tell(releases: readonly UntoldRelease[], services: Services): Promise<void> {
  if (releases.length === 0) return;
  const { store, configuration } = services;
  const messages = [];
  for (const { name, version } of releases) {
    const [known] = store.indexes(packageName(name));
    const index_url = known ?? (await indexSources([], services)).order[0];
    const fields = { package_name: name, package_version: version, index_url };
    messages.push(createMessage("cve_provided", sender, fields));
  }
  await services.queue().publish(messages);
  await noteTold(configuration.storeDirectory, releases);
}
