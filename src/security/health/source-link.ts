const codeHosts =
  /(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht)$|^(?:git|gitlab|hg|code)\./;
const labels = /^(?:source(?: ?code)?|repository|repo|code|github|gitlab)$/i;

/** The address of a project's repository among its links (`label, address`), without credentials. */
export function sourceLink(links: readonly string[]): string | undefined {
  const read = links.flatMap((link) => {
    const comma = link.indexOf(",");
    const [label, address] = [link.slice(0, comma).trim(), link.slice(comma + 1).trim()];
    const url = comma > 0 && URL.canParse(address) ? new URL(address) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) ? [{ label, url }] : [];
  });
  const isHosted = ({ url }: { url: URL }) =>
    codeHosts.test(url.hostname) && pathParts(url).length > 1;
  const found =
    read.find((one) => labels.test(one.label) && isHosted(one)) ??
    read.find((one) => labels.test(one.label)) ??
    read.find(isHosted);
  if (found === undefined) return undefined;
  const { protocol, host, pathname } = found.url;
  return `${protocol}//${host}${pathname}`;
}

/** A repository on a host. */
export interface HostedRepository {
  readonly host: string;
  /** `owner/name`; on GitLab groups may nest. */
  readonly path: string;
}

/** The repository that an address lies in. */
export function hostedRepository(address: string): HostedRepository | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const parts = pathParts(url);
  const end = parts.findIndex((part) => /^(?:-|tree|blob|issues|wiki|releases)$/.test(part));
  const own = (end < 0 ? parts : parts.slice(0, end)).map((part) => part.replace(/\.git$/, ""));
  const sound =
    own.length > 1 && own.every((part) => /^[\w.-]{1,100}$/.test(part) && !/^\.+$/.test(part));
  return sound ? { host: url.host, path: own.join("/") } : undefined;
}

function pathParts(url: URL): readonly string[] {
  return url.pathname.split("/").filter((part) => part !== "");
}
