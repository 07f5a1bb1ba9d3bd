/** A start tag: its name in lower case and its attributes, entities decoded. */
export interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * The start tags of an HTML text, comments left out. Not a parser of HTML: as much as a simple
 * index page (PEP 503) needs, in one pass over hostile text.
 */
export function* startTags(html: string): Iterable<Tag> {
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at)) {
    if (html.startsWith("<!--", at)) {
      const end = html.indexOf("-->", at + 4);
      if (end < 0) return;
      at = end + 3;
      continue;
    }
    tagName.lastIndex = at + 1;
    const name = tagName.exec(html)?.[0];
    if (name === undefined) {
      at += 1;
      continue;
    }
    const attributes = new Map<string, string>();
    at = readAttributes(html, at + 1 + name.length, attributes);
    yield { name: name.toLowerCase(), attributes };
  }
}

const tagName = /[a-z][a-z0-9]*/iy;
const attribute = /[\s/]*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']*)))?/y;

function readAttributes(html: string, from: number, into: Map<string, string>): number {
  let at = from;
  for (;;) {
    attribute.lastIndex = at;
    const match = attribute.exec(html);
    if (match === null) break;
    const name = (match[1] ?? "").toLowerCase();
    // The first of a doubled attribute counts (HTML §13.2.5.33).
    if (!into.has(name)) into.set(name, decodeEntities(match[2] ?? match[3] ?? match[4] ?? ""));
    at = attribute.lastIndex;
  }
  const end = html.indexOf(">", at);
  return end < 0 ? html.length : end + 1;
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

/** Decodes numeric entities and the few named ones that addresses and versions need. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));?/gi,
    (whole, hex, decimal, name) => {
      if (typeof name === "string") return named[name.toLowerCase()] ?? whole;
      const code = typeof hex === "string" ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}
