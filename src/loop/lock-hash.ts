import { pipfileHash } from "../python/pipfile-hash.ts";
import type { PipfileLock } from "../python/pipfile-lock.ts";

/** The hash that a lock of this Pipfile has; `defaultUrl` as in IndexSources. */
export function lockHash(text: string, defaultUrl: string | undefined): string {
  const tolerate = ["thoth"];
  return pipfileHash(
    text,
    defaultUrl === undefined ? { tolerate } : { tolerate, defaultSourceUrl: defaultUrl },
  );
}

/** Whether a lock was made of this Pipfile; a lock of another format does not say of what. */
export function lockIsCurrent(
  { text, lock, kind }: { text: string; lock: PipfileLock; kind: string },
  defaultUrl: string | undefined,
): boolean {
  return kind !== "pipfile" || lock.meta.sha256 === lockHash(text, defaultUrl);
}
