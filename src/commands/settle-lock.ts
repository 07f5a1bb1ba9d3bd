import type { AdviceQuestion } from "../loop/advice-question.ts";
import type { Advice, Pin } from "../model/advice.ts";
import type { LockResult } from "../model/advice-report.ts";
import { writeLock } from "../python/pipfile-lock.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { lockOf } from "./lock-of.ts";

/** What to do with a lock: write it, or say what would become of the old one. */
export type LockMode = "write" | "dry-run" | "check";

/** The lock that an advice comes to; "" where there is none. */
export interface SettledLock {
  readonly lock: LockResult;
  readonly text: string;
}

/** Makes the lock of an advice and, if asked to, writes it. Throws `store-unwritable`, `disk-full`. */
export function settleLock(question: AdviceQuestion, advice: Advice, mode: LockMode): SettledLock {
  const { manifest, services, runtime, sources, categories } = question;
  if (advice.outcome !== "locked") return { lock: "not-written", text: "" };
  const made = lockOf(manifest, advice.product, {
    runtime,
    defaultUrl: sources.defaultUrl,
    categories,
    source: (key) => services.store.source(key),
    indexName: indexNames(question),
  });
  const text = writeLock(made);
  return { lock: settled(manifest, text, mode), text };
}

function settled(
  { lockText, lockPath }: AdviceQuestion["manifest"],
  text: string,
  mode: LockMode,
): LockResult {
  if (text === lockText) return "unchanged";
  if (mode === "check") return "would-change";
  if (mode === "dry-run") return "dry-run";
  try {
    writeAtomic(lockPath, text, { durable: true });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw storageError(error, lockPath, "store-unwritable");
  }
  return "written";
}

function indexNames({
  sources,
  manifest,
  project,
}: AdviceQuestion): (pin: Pin) => string | undefined {
  const tied = new Map<string, string>();
  for (const { entries } of manifest.pipfile.categories) {
    for (const entry of entries) {
      if (entry.kind === "index" && entry.index !== undefined)
        tied.set(entry.canonical, entry.index);
    }
  }
  const byUrl = new Map<string, string>();
  for (const [name, url] of sources.byName) if (!byUrl.has(url)) byUrl.set(url, name);
  const direct = new Set<string>(project.requirements.map(({ name }) => name));
  return ({ release }) => {
    if (sources.byUrl.size < 2 && !direct.has(release.name)) return undefined;
    return (
      tied.get(release.name) ?? byUrl.get(release.index) ?? (byUrl.size === 0 ? "pypi" : undefined)
    );
  };
}
