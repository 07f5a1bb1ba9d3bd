/** What the solver and the security scan take from METADATA or PKG-INFO, as written. */
export interface CoreMetadata {
  readonly metadataVersion: string;
  readonly name: string;
  readonly version: string;
  /** Requirements (PEP 508) as the file spells them. */
  readonly requiresDist: readonly string[];
  readonly requiresPython?: string;
  readonly providesExtra: readonly string[];
  /** Header names, lower case, that the build may still change (PEP 643). */
  readonly dynamic: readonly string[];
  readonly summary?: string;
  readonly license?: string;
  /** An SPDX expression (PEP 639). */
  readonly licenseExpression?: string;
  readonly licenseFiles: readonly string[];
  readonly classifiers: readonly string[];
  readonly author?: string;
  readonly authorEmail?: string;
  readonly maintainer?: string;
  readonly maintainerEmail?: string;
  readonly homePage?: string;
  readonly downloadUrl?: string;
  /** `label, address` as written. */
  readonly projectUrls: readonly string[];
}

const wanted = new Set([
  "author",
  "author-email",
  "classifier",
  "download-url",
  "dynamic",
  "home-page",
  "license",
  "license-expression",
  "license-file",
  "maintainer",
  "maintainer-email",
  "metadata-version",
  "name",
  "project-url",
  "provides-extra",
  "requires-dist",
  "requires-python",
  "summary",
  "version",
]);

/**
 * Reads the headers and stops where they end, so the long description costs nothing. Continued
 * lines are joined by a blank; of a field repeated against the rules the first counts. Nothing
 * is refused: a missing field reads as "" or is absent.
 */
export function readCoreMetadata(text: string): CoreMetadata {
  const fields = headerFields(text);
  const all = (name: string): readonly string[] => fields.get(name) ?? [];
  const one = (name: string): string => fields.get(name)?.[0] ?? "";
  return {
    metadataVersion: one("metadata-version"),
    name: one("name"),
    version: one("version"),
    requiresDist: all("requires-dist"),
    ...optional("requiresPython", one("requires-python")),
    providesExtra: all("provides-extra"),
    dynamic: all("dynamic").map((field) => field.toLowerCase()),
    ...optional("summary", one("summary")),
    ...optional("license", one("license")),
    ...optional("licenseExpression", one("license-expression")),
    licenseFiles: all("license-file"),
    classifiers: all("classifier"),
    ...optional("author", one("author")),
    ...optional("authorEmail", one("author-email")),
    ...optional("maintainer", one("maintainer")),
    ...optional("maintainerEmail", one("maintainer-email")),
    ...optional("homePage", one("home-page")),
    ...optional("downloadUrl", one("download-url")),
    projectUrls: all("project-url"),
  };
}

function optional<Key extends string>(key: Key, value: string): { readonly [K in Key]?: string } {
  const field: { [K in Key]?: string } = {};
  if (value !== "") Object.assign(field, { [key]: value });
  return field;
}

function headerFields(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of lines(text)) {
    if (line.startsWith(" ") || line.startsWith("\t")) {
      continueValue(current, line);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 0 || /\s/.test(line.slice(0, colon))) break;
    const name = line.slice(0, colon).toLowerCase();
    current = wanted.has(name) ? addValue(fields, name, line.slice(colon + 1)) : undefined;
  }
  return fields;
}

function* lines(text: string): Iterable<string> {
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf("\n", at);
    const end = feed < 0 ? text.length : feed;
    yield text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    at = end + 1;
  }
}

function continueValue(values: string[] | undefined, line: string): void {
  const last = values?.pop();
  if (last !== undefined) values?.push(`${last} ${line.trim()}`);
}

function addValue(fields: Map<string, string[]>, name: string, value: string): string[] {
  const values = fields.get(name) ?? [];
  values.push(value.trim());
  fields.set(name, values);
  return values;
}

/**
 * Whether a source distribution's PKG-INFO may be believed without a build: metadata version
 * 2.2 or later, and neither dependencies nor extras nor Requires-Python dynamic (PEP 643).
 */
export function hasStaticDependencies(metadata: CoreMetadata): boolean {
  const [major = 0, minor = 0] = metadata.metadataVersion.split(".").map(Number);
  if (!(major > 2 || (major === 2 && minor >= 2))) return false;
  const needed = new Set(["requires-dist", "requires-python", "provides-extra"]);
  return !metadata.dynamic.some((field) => needed.has(field));
}
