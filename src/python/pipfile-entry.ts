import { lockMarkers } from "./pipfile-markers.ts";
import { isTomlTable, type TomlTable, type TomlValue } from "./toml.ts";

/** Version control systems that pipenv takes a source from. */
export const vcsKinds = ["git", "svn", "hg", "bzr"] as const;

export type VcsKind = (typeof vcsKinds)[number];

const comparison = /^\s*(?:<=?|>=?|={2,3}|[~!]=)/;

/**
 * The line for pip that `pipenv lock` resolves for one entry of a Pipfile: `name[extra]>=1`,
 * `name @ git+https://…@ref`, `-e ./path`, with markers behind `;`. Unlike pipenv, blanks and
 * parentheses around a specifier are dropped, and "" means any version (docs/pipfile.md).
 *
 * @throws MarkerSyntaxError
 */
export function pipLine(name: string, entry: TomlValue): string {
  if (typeof entry === "string") return `${name}${meantSpecifier(entry)}`;
  if (!isTomlTable(entry)) throw new TypeError(`a Pipfile entry can't be ${typeof entry}`);
  const markers = lockMarkers(entry);
  const condition = markers === undefined ? "" : `; ${markers}`;
  const kind = vcsKinds.find((candidate) => Object.hasOwn(entry, candidate));
  if (kind !== undefined) return vcsLine(name, kind, entry, condition);
  const location = textOf(entry, "file") ?? textOf(entry, "path");
  if (location !== undefined) return locationLine(name, location, entry) + condition;
  return `${name}${extrasText(entry)}${meantSpecifier(textOf(entry, "version") ?? "*")}${condition}`;
}

/**
 * The specifier that a version text of a Pipfile means: a bare `1.0` is `==1.0`; `*` and ""
 * are any, "". The result need not be legal.
 */
export function meantSpecifier(version: string): string {
  const text = version
    .trim()
    .replace(/^\((.*)\)$/s, "$1")
    .trim();
  if (text === "*" || text === "") return "";
  return comparison.test(text) ? text : `==${text}`;
}

function textOf(entry: TomlTable, option: string): string | undefined {
  const value = entry[option];
  return typeof value === "string" ? value : undefined;
}

function extrasText({ extras }: TomlTable): string {
  if (typeof extras === "string") return `[${extras}]`;
  return Array.isArray(extras) ? `[${extras.join(",")}]` : "";
}

function locationLine(name: string, location: string, entry: TomlTable): string {
  const isRemote = /^(?:https?|ftp):/.test(location);
  const editable = entry["editable"] === true && !isRemote ? "-e " : "";
  const extras = extrasText(entry);
  const isUrl = /^(?:https?|file):/.test(location);
  return editable + (isUrl ? `${name}${extras} @ ${location}` : `${location}${extras}`);
}

function vcsLine(name: string, kind: VcsKind, entry: TomlTable, condition: string): string {
  const url = textOf(entry, kind) ?? "";
  const scheme = url.includes(`${kind}+`) ? "" : `${kind}+`;
  const refText = textOf(entry, "ref") ?? "";
  const ref = refText === "" ? "" : `@${refText}`;
  const subdirectory = textOf(entry, "subdirectory");
  const extras = extrasText(entry);
  if (url.includes("file://")) {
    // pip installs an editable checkout only in this older form, which has no room for markers.
    const egg = url.includes("#egg=") ? "" : `#egg=${name}`;
    const below = subdirectory === undefined ? "" : `&subdirectory=${subdirectory}`;
    return `-e ${scheme}${url}${ref}${egg}${below}${extras}`;
  }
  const [address = ""] = url.split("#egg=");
  const below = subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
  return `${name}${extras} @ ${scheme}${address}${ref}${below}${condition}`;
}
