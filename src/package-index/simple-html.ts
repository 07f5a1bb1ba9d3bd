import type { IndexPage } from "../model/knowledge.ts";
import { startTags, type Tag } from "./html-tags.ts";
import {
  addressReader,
  announceMetadata,
  attests,
  BadPage,
  checkApiVersion,
  type IndexFile,
  makePage,
  nameProvenance,
  type PageContext,
  sha256Text,
  withStatus,
} from "./simple-page.ts";

/**
 * Reads a PEP 503 page: anchors with their hash fragment, `data-requires-python`, `data-yanked`
 * (PEP 592), `data-core-metadata` (PEP 658, 714) and `data-provenance` (PEP 740), and the project's
 * status (PEP 792). The file's name is the last segment of its address, as for pip.
 * @throws BadPage where the text is no such page.
 */
export function readHtmlPage(html: string, context: PageContext): IndexPage {
  let address = addressReader(context.base);
  const files: IndexFile[] = [];
  const metas = new Map<string, string | undefined>();
  for (const tag of startTags(html)) {
    if (tag.name === "meta") noteMeta(tag, metas);
    const href = tag.attributes.get("href");
    if (href === undefined) continue;
    if (tag.name === "base" && URL.canParse(href, context.base)) {
      address = addressReader(new URL(href, context.base).href);
    }
    const file = tag.name === "a" ? readAnchor(tag, href, address) : undefined;
    if (file !== undefined) files.push(file);
  }
  const page = makePage(files, context);
  // A portal's login page answers 200 too.
  if (page.releases.length === 0 && !/links for|pypi:repository-version/i.test(html)) {
    throw new BadPage("the HTML is no page of a simple index");
  }
  const apiVersion = metas.get("pypi:repository-version");
  const told = withStatus(page, {
    status: metas.get("pypi:project-status"),
    reason: metas.get("pypi:project-status-reason"),
    apiVersion,
  });
  return { ...told, attests: attests(files, apiVersion) };
}

/** The first of each name counts. */
function noteMeta({ attributes }: Tag, metas: Map<string, string | undefined>): void {
  const name = attributes.get("name") ?? "";
  if (metas.has(name)) return;
  metas.set(name, attributes.get("content"));
  if (name === "pypi:repository-version") checkApiVersion(attributes.get("content"));
}

function readAnchor(
  tag: Tag,
  href: string,
  address: (raw: string) => string | undefined,
): IndexFile | undefined {
  const hash = href.indexOf("#");
  const url = address((hash < 0 ? href : href.slice(0, hash)).trim());
  const filename = url === undefined ? undefined : lastSegment(url);
  if (url === undefined || filename === undefined) return undefined;
  const { attributes } = tag;
  const requiresPython = attributes.get("data-requires-python") ?? "";
  const sha256 = hash < 0 ? undefined : fragmentHash(href.slice(hash + 1));
  const yanked = attributes.get("data-yanked");
  const file = {
    filename,
    url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(requiresPython === "" ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
  };
  announceMetadata(file, announcement(tag));
  nameProvenance(file, attributes.get("data-provenance"), addressReader(url));
  return file;
}

function announcement(tag: Tag): unknown {
  const text =
    tag.attributes.get("data-core-metadata") ?? tag.attributes.get("data-dist-info-metadata");
  if (text === undefined) return undefined;
  if (text === "false") return false;
  return text.startsWith("sha256=") ? { sha256: text.slice(7) } : true;
}

function fragmentHash(fragment: string): string | undefined {
  for (const part of fragment.split("&")) {
    if (part.startsWith("sha256=")) return sha256Text(part.slice(7));
  }
  return undefined;
}

function lastSegment(url: string): string | undefined {
  const segment = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return segment === "" ? undefined : decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
