import { isLicenseExpression } from "./license-expression.ts";
import { isValidName } from "./name.ts";
import { type MetadataValue, metadataFields, type ParsedMetadata } from "./raw-metadata.ts";
import { tryParseRequirement } from "./requirement.ts";
import { parseSpecifierSet } from "./specifier.ts";
import { parseVersion } from "./version.ts";

const versions = ["1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"];

/** The metadata version that brought a header; the others are there since 1.0. */
const addedIn = new Map([
  ...["supported-platform", "download-url", "classifier"].map((name) => [name, "1.1"] as const),
  ...["requires", "provides", "obsoletes"].map((name) => [name, "1.1"] as const),
  ...["maintainer", "maintainer-email", "project-url"].map((name) => [name, "1.2"] as const),
  ...["requires-dist", "provides-dist", "obsoletes-dist"].map((name) => [name, "1.2"] as const),
  ...["requires-python", "requires-external"].map((name) => [name, "1.2"] as const),
  ...["description-content-type", "provides-extra"].map((name) => [name, "2.1"] as const),
  ["dynamic", "2.2"],
  ...["license-expression", "license-file"].map((name) => [name, "2.4"] as const),
  ...["import-name", "import-namespace"].map((name) => [name, "2.5"] as const),
]);

const required = ["metadata-version", "name", "version"];

/**
 * The headers (lower case, sorted) that packaging 26.3's `Metadata.from_raw(validate=True)`
 * refuses: wrong content, missing though required, or newer than the metadata version.
 */
export function validateMetadata({ raw }: ParsedMetadata): readonly string[] {
  const { metadata_version: written } = raw;
  const version = versions.indexOf(textOf(written));
  const headers = new Set(required);
  for (const [header, field] of metadataFields) {
    if (Object.hasOwn(raw, field)) headers.add(header);
  }
  const isInvalid = (header: string): boolean => {
    const age = versions.indexOf(addedIn.get(header) ?? "1.0");
    if (version >= 0 && age > version) return true;
    return !(checks.get(header)?.(raw[metadataFields.get(header) ?? ""]) ?? true);
  };
  return [...headers].filter(isInvalid).sort();
}

// Every character at which Python's `str.splitlines` may break.
const breaks = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const lineBreak = new RegExp(`[${breaks}]`);

type Check = (value: MetadataValue | undefined) => boolean;

function textOf(value: MetadataValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function each(check: (text: string) => boolean): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function text(check: (text: string) => boolean): Check {
  return (value) => check(textOf(value));
}

const checks: ReadonlyMap<string, Check> = new Map([
  ["metadata-version", text((value) => versions.includes(value))],
  ["name", text(isValidName)],
  ["version", text((value) => parseVersion(value) !== undefined)],
  ["summary", text((value) => !lineBreak.test(value))],
  ["description-content-type", text(isDescriptionType)],
  ["dynamic", each(mayBeDynamic)],
  ["provides-extra", each(isValidName)],
  ["requires-python", text((value) => parseSpecifierSet(value) !== undefined)],
  ["requires-dist", each((value) => tryParseRequirement(value) !== undefined)],
  ["license-expression", text(isLicenseExpression)],
  ["license-file", each(isLicensePath)],
  ["import-name", each(isImportName)],
  ["import-namespace", each(isImportName)],
]);

function mayBeDynamic(field: string): boolean {
  const header = field.toLowerCase();
  return metadataFields.has(header) && !required.includes(header);
}

/** Relative, with `/`, without `..`, `*` or anything a path library would tidy away (PEP 639). */
function isLicensePath(path: string): boolean {
  if (path.includes("..") || path.includes("*") || path.includes("\\")) return false;
  if (path.startsWith("/") || /^[A-Za-z]:\//.test(path)) return false;
  if (path === ".") return true;
  return path.split("/").every((part) => part !== "" && part !== ".");
}

const pythonKeywords = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except " +
    "finally for from global if import in is lambda nonlocal not or pass raise return try " +
    "while with yield"
  ).split(" "),
);

/** `package.module`, and `; private` behind it (PEP 794). */
function isImportName(value: string): boolean {
  const [name = "", ...rest] = value.split(";");
  const isIdentifier = (part: string): boolean =>
    /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(part) && !pythonKeywords.has(part);
  if (!name.trimEnd().split(".").every(isIdentifier)) return false;
  return rest.length === 0 || rest.join(";").trimStart() === "private";
}

const parameter = String.raw`([\w-]+)\*?\s*=\s*(?:"([^"]*)"|([^\s;"()]+))\s*(?:\([^()]*\)\s*)?`;
const contentType = new RegExp(
  String.raw`^\s*(text/(?:plain|x-rst|markdown))\s*((?:;\s*(?:${parameter})?)*)$`,
  "i",
);
const parameters = new RegExp(String.raw`;\s*${parameter}`, "g");

/** text/plain, text/x-rst or text/markdown in UTF-8; Markdown as GFM or CommonMark. */
function isDescriptionType(value: string): boolean {
  const match = contentType.exec(value);
  if (match === null) return false;
  const found = new Map<string, string>();
  for (const [, name = "", quoted, plain] of (match[2] ?? "").matchAll(parameters)) {
    // RFC 2231: `charset*=utf-8''value`.
    found.set(name.toLowerCase(), quoted ?? plain?.replace(/^[\w-]*'\w*'/, "") ?? "");
  }
  if ((found.get("charset") ?? "utf-8").toLowerCase() !== "utf-8") return false;
  const isMarkdown = match[1]?.toLowerCase() === "text/markdown";
  return !isMarkdown || ["GFM", "CommonMark"].includes(found.get("variant") ?? "GFM");
}
