/** The address of a repository taken apart. */
export interface VcsUrl {
  /** Without `git+`, revision and fragment. */
  readonly url: string;
  /** Branch, tag or commit behind `@` in the path. */
  readonly ref?: string;
  /** From the fragment, `#subdirectory=…`. */
  readonly subdirectory?: string;
}

/**
 * Takes a repository's address apart as pip does: `git+https://host/x.git@v1#subdirectory=y`.
 * The `@` of a user (`git@host:x.git`, `https://user:token@host/x`) is no revision.
 */
export function parseVcsUrl(text: string): VcsUrl {
  const [address = "", fragment = ""] = text.split("#", 2);
  const plain = address.replace(/^git\+/, "");
  const subdirectory = new URLSearchParams(fragment).get("subdirectory");
  const at = plain.lastIndexOf("@");
  const hasRef = at > pathStart(plain);
  return {
    url: hasRef ? plain.slice(0, at) : plain,
    ...(hasRef && { ref: plain.slice(at + 1) }),
    ...(subdirectory !== null && { subdirectory }),
  };
}

function pathStart(address: string): number {
  const scheme = address.indexOf("://");
  if (scheme < 0) return address.indexOf(":");
  const slash = address.indexOf("/", scheme + 3);
  return slash < 0 ? address.length : slash;
}
