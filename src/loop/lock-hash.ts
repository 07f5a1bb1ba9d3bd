import { pipfileHash } from "../python/pipfile-hash.ts";

/** The hash that a lock of this Pipfile has; `defaultUrl` as in IndexSources. */
export function lockHash(text: string, defaultUrl: string | undefined): string {
  const tolerate = ["thoth"];
  return pipfileHash(
    text,
    defaultUrl === undefined ? { tolerate } : { tolerate, defaultSourceUrl: defaultUrl },
  );
}
