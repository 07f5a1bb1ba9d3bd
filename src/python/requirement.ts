import {
  atEnd,
  type Cursor,
  PackagingSyntaxError,
  skipBlanks,
  take,
  takeCharacter,
} from "./cursor.ts";
import { type Marker, markerText, tryParseMarker } from "./marker.ts";
import { MarkerSyntaxError, readMarker } from "./marker-syntax.ts";
import { memoize } from "./memoize.ts";
import { type PackageName, packageName } from "./name.ts";
import { byText } from "./python-text.ts";
import { anySpecifier, parseSpecifierSet, type SpecifierSet } from "./specifier.ts";
import { clauseSyntax } from "./specifier-clause.ts";

/** A dependency as PEP 508 writes it: `flask[async]>=2; python_version < "3.9"`. */
export interface Requirement {
  /** As written; `canonical` is for comparing. */
  readonly name: string;
  readonly canonical: PackageName;
  /** As written, sorted, each once. */
  readonly extras: readonly string[];
  /** Empty where there is a `url`. */
  readonly specifier: SpecifierSet;
  readonly url?: string;
  readonly marker?: Marker;
  /** The whole as written. */
  readonly text: string;
}

/** A requirement that breaks the syntax of PEP 508. */
export class RequirementSyntaxError extends PackagingSyntaxError {}

const identifier = /[a-zA-Z0-9][a-zA-Z0-9._-]*\b/y;
const urlToken = /[^ \t]+/y;
const clauseToken = new RegExp(clauseSyntax, "iy");

const nameSyntax = "[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?";
const plainClause = "[<>=!~]=? ?[0-9][0-9a-zA-Z.*+!_-]*";
const plainSpecifier = `${plainClause}(?:, ?${plainClause})*`;

// The shape of nearly all requirements. Its parts are read, and remembered, each by itself.
const plainShape = new RegExp(
  `^(${nameSyntax}) ?(?:\\[(${nameSyntax}(?:,${nameSyntax})*)\\] ?)?` +
    `(?:(${plainSpecifier}) ?|\\((${plainSpecifier})\\) ?)?(?:; ?(.+))?$`,
);

const read = memoize((raw): Requirement | RequirementSyntaxError => {
  const plain = readPlain(raw);
  if (plain !== undefined) return plain;
  try {
    return readRequirement({ text: raw, at: 0 });
  } catch (error) {
    if (error instanceof RequirementSyntaxError) return error;
    if (error instanceof MarkerSyntaxError) {
      return new RequirementSyntaxError(error.message, raw, error.offset);
    }
    throw error;
  }
});

/** Reads a requirement, `name (>=1.0)` of old metadata included. Throws RequirementSyntaxError. */
export function parseRequirement(raw: string): Requirement {
  const requirement = read(raw);
  if (requirement instanceof RequirementSyntaxError) throw requirement;
  return requirement;
}

/** Reads a requirement; `undefined` where its syntax is broken, as for packaging. Cached. */
export function tryParseRequirement(raw: string): Requirement | undefined {
  const requirement = read(raw);
  return requirement instanceof RequirementSyntaxError ? undefined : requirement;
}

/** `str(packaging.requirements.Requirement)`. */
export function requirementText(requirement: Requirement): string {
  const { name, extras, specifier, url, marker } = requirement;
  let text = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
  text += specifier.text;
  if (url !== undefined) text += marker === undefined ? ` @ ${url}` : ` @ ${url} `;
  return marker === undefined ? text : `${text}; ${markerText(marker)}`;
}

/** `undefined` where the shape is another one or a part is wrong: then the full grammar decides. */
function readPlain(raw: string): Requirement | undefined {
  const match = plainShape.exec(raw);
  if (match === null) return undefined;
  const [, name = "", extras, bare, enclosed, markerPart] = match;
  const specifier = parseSpecifierSet(bare ?? enclosed ?? "");
  const marker = markerPart === undefined ? undefined : tryParseMarker(markerPart);
  if (specifier === undefined || (markerPart !== undefined && marker === undefined)) {
    return undefined;
  }
  return {
    name,
    canonical: packageName(name),
    extras: extras === undefined ? [] : [...new Set(extras.split(","))].sort(byText),
    specifier,
    ...(marker === undefined ? {} : { marker }),
    text: raw,
  };
}

function readRequirement(cursor: Cursor): Requirement {
  skipBlanks(cursor);
  const name = take(cursor, identifier);
  if (name === undefined) throw expected(cursor, "a package name");
  skipBlanks(cursor);
  const extras = readExtras(cursor);
  skipBlanks(cursor);
  const isDirect = takeCharacter(cursor, "@");
  const url = isDirect ? readUrl(cursor) : undefined;
  const specifier = isDirect ? anySpecifier : readSpecifier(cursor);
  skipBlanks(cursor);
  const marker = readMarkerPart(cursor, specifier);
  return {
    name,
    canonical: packageName(name),
    extras,
    specifier,
    ...(url === undefined ? {} : { url }),
    ...(marker === undefined ? {} : { marker }),
    text: cursor.text,
  };
}

function readExtras(cursor: Cursor): readonly string[] {
  const start = cursor.at;
  if (!takeCharacter(cursor, "[")) return [];
  skipBlanks(cursor);
  const extras = new Set<string>();
  let extra = take(cursor, identifier);
  while (extra !== undefined) {
    extras.add(extra);
    skipBlanks(cursor);
    if (!takeCharacter(cursor, ",")) break;
    skipBlanks(cursor);
    extra = take(cursor, identifier);
    if (extra === undefined) throw expected(cursor, "the name of an extra after the comma");
  }
  if (!takeCharacter(cursor, "]")) {
    throw new RequirementSyntaxError("`[` of the extras is never closed", cursor.text, start);
  }
  return [...extras].sort(byText);
}

/** The URL after `@`: up to the next blank, so that `;` may be a part of it. */
function readUrl(cursor: Cursor): string {
  skipBlanks(cursor);
  const url = take(cursor, urlToken);
  if (url === undefined) throw expected(cursor, "a URL after `@`");
  return url;
}

function readSpecifier(cursor: Cursor): SpecifierSet {
  const start = cursor.at;
  const isEnclosed = takeCharacter(cursor, "(");
  skipBlanks(cursor);
  let written = "";
  let clause = take(cursor, clauseToken);
  while (clause !== undefined) {
    written += clause;
    skipBlanks(cursor);
    if (!takeCharacter(cursor, ",")) break;
    written += ",";
    skipBlanks(cursor);
    clause = take(cursor, clauseToken);
  }
  skipBlanks(cursor);
  if (isEnclosed && !takeCharacter(cursor, ")")) {
    throw expected(cursor, "`,` or `)` after the version specifier");
  }
  const specifier = parseSpecifierSet(written);
  if (specifier !== undefined) return specifier;
  // only === takes in a comma that then turns out to part it from no clause
  throw new RequirementSyntaxError("this is no version specifier", cursor.text, start);
}

function readMarkerPart(cursor: Cursor, specifier: SpecifierSet): Marker | undefined {
  if (atEnd(cursor)) return undefined;
  if (!takeCharacter(cursor, ";")) {
    const before = specifier.clauses.length === 0 ? "" : "`,` and one more clause, ";
    throw expected(cursor, `${before}\`;\` and a marker, or the end`);
  }
  const marker = readMarker(cursor, 0);
  skipBlanks(cursor);
  if (!atEnd(cursor)) throw expected(cursor, "`and`, `or` or the end");
  return marker;
}

function expected(cursor: Cursor, what: string): RequirementSyntaxError {
  return new RequirementSyntaxError(`expected ${what}`, cursor.text, cursor.at);
}
