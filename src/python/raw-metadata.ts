import { type HeaderLines, splitHeaders } from "./email-headers.ts";
import { pythonStrip } from "./python-text.ts";

/** A core metadata field as it was read: one text, several, or label to address. */
export type MetadataValue = string | readonly string[] | Readonly<Record<string, string>>;

/** Core metadata by packaging's field names (`requires_dist`, `provides_extra` …). */
export interface ParsedMetadata {
  readonly raw: Readonly<Record<string, MetadataValue>>;
  /** Lower-case header names that are unknown, or repeated where one value is allowed. */
  readonly unparsed: Readonly<Record<string, readonly string[]>>;
}

const textFields = new Map(
  [
    "author",
    "author-email",
    "description",
    "description-content-type",
    "download-url",
    "home-page",
    "license",
    "license-expression",
    "maintainer",
    "maintainer-email",
    "metadata-version",
    "name",
    "requires-python",
    "summary",
    "version",
  ].map((header) => [header, header.replaceAll("-", "_")]),
);

const listFields = new Map([
  ["classifier", "classifiers"],
  ["dynamic", "dynamic"],
  ["import-name", "import_names"],
  ["import-namespace", "import_namespaces"],
  ["license-file", "license_files"],
  ["obsoletes", "obsoletes"],
  ["obsoletes-dist", "obsoletes_dist"],
  ["platform", "platforms"],
  ["provides", "provides"],
  ["provides-dist", "provides_dist"],
  ["provides-extra", "provides_extra"],
  ["requires", "requires"],
  ["requires-dist", "requires_dist"],
  ["requires-external", "requires_external"],
  ["supported-platform", "supported_platforms"],
]);

/** Header name (lower case) to packaging's name of the field. */
export const metadataFields: ReadonlyMap<string, string> = new Map([
  ...textFields,
  ...listFields,
  ["keywords", "keywords"],
  ["project-url", "project_urls"],
]);

/**
 * Reads METADATA or PKG-INFO as packaging 26.3's `parse_email` does: nothing is refused, what
 * has no place in the specification is in `unparsed`. The body is the description.
 */
export function parseMetadata(text: string): ParsedMetadata {
  const { headers, body } = splitHeaders(text);
  const raw = new Map<string, MetadataValue>();
  const unparsed = new Map<string, string[]>();
  for (const [header, values] of groupHeaders(headers)) {
    const field = metadataFields.get(header);
    const value = field === undefined ? undefined : fieldValue(header, values);
    if (field === undefined || value === undefined) unparsed.set(header, values);
    else raw.set(field, value);
  }
  if (body !== "") addDescription(raw, unparsed, body);
  return { raw: Object.fromEntries(raw), unparsed: Object.fromEntries(unparsed) };
}

function groupHeaders(headers: HeaderLines): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, value } of headers) {
    const values = groups.get(name.toLowerCase());
    if (values === undefined) groups.set(name.toLowerCase(), [value]);
    else values.push(value);
  }
  return groups;
}

function fieldValue(header: string, values: readonly string[]): MetadataValue | undefined {
  const [first = ""] = values;
  if (header === "import-name" && values.length === 1 && first === "") return [];
  if (listFields.has(header)) return values;
  if (header === "project-url") return projectUrls(values);
  if (values.length !== 1) return undefined;
  return header === "keywords" ? first.split(",").map((word) => pythonStrip(word)) : first;
}

function projectUrls(values: readonly string[]): Readonly<Record<string, string>> | undefined {
  const urls = new Map<string, string>();
  for (const value of values) {
    const comma = value.indexOf(",");
    const label = pythonStrip(comma < 0 ? value : value.slice(0, comma));
    if (urls.has(label)) return undefined;
    urls.set(label, comma < 0 ? "" : pythonStrip(value.slice(comma + 1)));
  }
  return Object.fromEntries(urls);
}

/** A description may stand in a header or in the body; both at once is for nobody to decide. */
function addDescription(
  raw: Map<string, MetadataValue>,
  unparsed: Map<string, string[]>,
  body: string,
): void {
  const header = raw.get("description");
  if (typeof header === "string") {
    raw.delete("description");
    unparsed.set("description", [header, body]);
    return;
  }
  const repeated = unparsed.get("description");
  if (repeated === undefined) raw.set("description", body);
  else unparsed.set("description", [...repeated, body]);
}
