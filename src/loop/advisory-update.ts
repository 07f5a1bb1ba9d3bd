import { type AdvisoryCollection, collectedMatches } from "../advisory/database.ts";
import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { AdvisoryDatabase } from "../model/advisory.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { UntoldRelease } from "../store/advisory-file.ts";
import {
  confirmAdvisories,
  importAdvisories,
  noteTold,
  untoldReleases,
} from "../store/advisory-import.ts";
import { damagedRecords } from "../store/damaged-records.ts";
import { StorePaths } from "../store/store-paths.ts";
import type { Services } from "../wiring.ts";
import { type FoundAdvisories, withAdvisories } from "./advisory-source.ts";
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
 * news of. What is imported lies in this machine's folder first, then with all who share knowledge. Whom to tell is stored with the database and struck off once the messages are in the
 * queue: a process that dies in between leaves it to the next update.
 */
export async function updateAdvisories(from: string, services: Services): Promise<AdvisoryUpdate> {
  const { store, configuration } = services;
  const imported = await withAdvisories(from, services, (found) => takeOver(found, services));
  await store.shareAdvisories(configuration.storeDirectory);
  store.catchUp();
  const told = untoldReleases(configuration.storeDirectory);
  await tell(told, services);
  return { ...imported, told };
}

async function takeOver(
  found: FoundAdvisories,
  services: Services,
): Promise<Omit<AdvisoryUpdate, "told">> {
  const { configuration, store, now } = services;
  const place = { store: configuration.storeDirectory, source: found.source, now: now() };
  if (found.sha256 !== undefined) {
    const database = await confirmAdvisories({ ...place, fileSha256: found.sha256 });
    const damaged = damagedRecords(new StorePaths(configuration.storeDirectory).advisories);
    if (database !== undefined) return { database, changed: false, damaged };
  }
  const collection = await found.read();
  store.catchUp();
  const untold = releasesWithNews(collection, services);
  const request = { ...place, collection, untold, fileSha256: found.sha256 };
  return { ...(await importAdvisories(request)), damaged: collection.damaged };
}

/** Releases that watched projects are locked to, and of which the new database says more. */
function releasesWithNews(
  collection: AdvisoryCollection,
  { store, projects }: Services,
): readonly UntoldRelease[] {
  return lockedReleases(projects.all()).filter(({ name, version }) => {
    const known = new Set(
      (store.advisories(name, version) ?? []).map((one) => JSON.stringify(one)),
    );
    const matches = collectedMatches(collection, name, version);
    return matches?.some((match) => !known.has(JSON.stringify(match)));
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
