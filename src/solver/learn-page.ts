import type { IndexClient } from "../package-index/index-client.ts";
import type { IndexSource } from "../package-index/index-source.ts";
import type { PageAnswer } from "../package-index/page-request.ts";
import type { PackageName } from "../python/name.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { type PageChanges, pageChanges, takesAway } from "./page-changes.ts";

export interface PageLearning {
  readonly client: IndexClient;
  readonly store: KnowledgeStore;
  readonly signal: AbortSignal;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Asks for the whole page even if it has not changed: an earlier Thoth read less of it. */
  readonly whole?: boolean;
  /**
   * Told of what changed before the store knows: who is killed in between tells it once more, and
   * nothing that changed is ever told to nobody.
   */
  readonly onChanges?: (changes: PageChanges) => Promise<void>;
}

/** What asking an index came to. `changes`: as far as anything was known before. */
export interface PageLearnt {
  readonly kind: PageAnswer["kind"];
  readonly changes: PageChanges | undefined;
}

/** Asks an index for the page of a package into the store. */
export async function learnPage(
  learning: PageLearning,
  source: IndexSource,
  name: PackageName,
): Promise<PageLearnt> {
  const { client, store, signal, now, onChanges, whole } = learning;
  const index = source.url;
  const validators = whole === true ? undefined : store.validators(name, index);
  let answer = await client.page(source, name, validators, signal);
  let changes = changesOf(store, source, name, answer);
  if (changes !== undefined && takesAway(changes)) {
    answer = await client.freshPage(source, name, signal);
    changes = changesOf(store, source, name, answer);
  }
  if (changes !== undefined) {
    await onChanges?.(changes);
    forgetOutdated(store, changes);
  }
  switch (answer.kind) {
    case "page":
      store.putPage(answer.page);
      break;
    case "not-modified":
      store.confirmPage(name, index, now());
      break;
    case "absent":
      store.putAbsent(name, index, answer.reason, now());
      break;
  }
  return { kind: answer.kind, changes };
}

function changesOf(
  store: KnowledgeStore,
  { url: index }: IndexSource,
  name: PackageName,
  answer: PageAnswer,
): PageChanges | undefined {
  if (answer.kind === "not-modified") return undefined;
  return pageChanges(store.page(name, index), answer.kind === "page" ? answer.page : "absent");
}

function forgetOutdated(store: KnowledgeStore, { name, index, files, returned }: PageChanges) {
  for (const change of [...files, ...returned])
    store.forgetOutdated({ name, version: change.version, index }, change);
}
