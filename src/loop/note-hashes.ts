import type { Message } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import type { Task } from "../model/task.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { affectedTriggers, causeOf } from "./affected.ts";
import type { Bench } from "./bench.ts";
import { solveMessage } from "./solve-everywhere.ts";
import { isUnsolved, type UsedRuntimes } from "./used-runtimes.ts";

type HashesTask = Extract<Task, { readonly kind: "note-hashes" }>;

/**
 * What changed files of a release lead to: it is solved again where what was learnt no longer
 * holds or another file would be installed now. Projects that are locked to it are advised anew if
 * files are gone: their lock can't be installed any more. A lock that merely lacks new files
 * stays as it is.
 */
export async function noteHashes(
  { services, learner }: Bench,
  task: HashesTask,
  used: UsedRuntimes,
): Promise<readonly Message[]> {
  const { store } = services;
  const { release, gone } = task;
  const { name, index } = release;
  // The index has the last word, and asking it forgets what no longer holds
  if (!isKnown(store, task)) await learner.releases(name, index);
  const solves = used(name, index)
    .filter((runtime) => isUnsolved(store, release, runtime))
    .map((runtime) => solveMessage(release, runtime));
  const still = listedHashes(store, release);
  if (gone.every((hash) => still.has(hash))) return solves;
  return [...solves, ...affectedTriggers(services, causeOf("hash-mismatch", release))];
}

/** Whether the store already lists the release as the message says. */
function isKnown(store: KnowledgeStore, { release, gone, come }: HashesTask): boolean {
  const listed = listedHashes(store, release);
  return come.every((hash) => listed.has(hash)) && !gone.some((hash) => listed.has(hash));
}

function listedHashes(store: KnowledgeStore, release: Release): ReadonlySet<string | undefined> {
  return new Set((store.details(release) ?? []).map(({ sha256 }) => sha256));
}
