import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import { tryParseMarker } from "./marker.ts";
import { MarkerSyntaxError } from "./marker-syntax.ts";
import { meantSpecifier, pipLine } from "./pipfile-entry.ts";
import { lockMarkers, markerShorthands } from "./pipfile-markers.ts";
import { tryParseRequirement } from "./requirement.ts";
import { expandSourceUrl } from "./source-url.ts";
import { isTomlTable, type TomlValue } from "./toml.ts";

interface EntryCase {
  readonly id: string;
  readonly name: string;
  readonly entry: TomlValue;
  readonly pipLine: unknown;
  readonly lockMarkers: unknown;
}

interface UrlCase {
  readonly id: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly expanded: string;
}

const cases = conformanceCases<EntryCase>("pipfile-entries", "entries");

/** pipenv reads `os_name = …` and forgets it, legal or not. */
function withoutOsName(entry: TomlValue): TomlValue {
  if (!isTomlTable(entry)) return entry;
  return Object.fromEntries(Object.entries(entry).filter(([option]) => option !== "os_name"));
}

/**
 * What pipenv makes of an entry's markers by its two other faults: no parentheses, and a marker
 * with the letters "extra" in it is lost. Undefined where the faults can't show.
 */
function faultyMarkers(entry: TomlValue): string | undefined {
  if (!isTomlTable(entry)) return undefined;
  const parts = ["markers", ...markerShorthands]
    .filter((option) => Object.hasOwn(entry, option))
    .flatMap((option) => lockMarkers({ [option]: entry[option] ?? "" }) ?? []);
  if (parts.length < 2 && !parts.some((part) => part.includes("extra"))) return undefined;
  return parts
    .filter((part) => !part.includes("extra"))
    .sort()
    .join(" and ");
}

/** A value with a quote inside: pipenv's text for it can't be read again, ours can. */
function isBrokenQuote(entry: TomlValue, expected: unknown): boolean {
  const own = lockMarkers(entry);
  const isBroken = typeof expected !== "string" || tryParseMarker(expected) === undefined;
  return isBroken && own?.includes("'") === true && own.includes('"');
}

function hasPipenvsMarkers(entry: TomlValue, expected: unknown): boolean {
  if (attempt(() => lockMarkers(entry)) === expectation(expected)) return true;
  if (isBrokenQuote(entry, expected)) return true;
  return (faultyMarkers(entry) ?? "-") === (expected ?? "");
}

function hasPipenvsLine(name: string, entry: TomlValue, expected: unknown): boolean {
  const own = attempt(() => pipLine(name, entry)) ?? "";
  if (own === expectation(expected)) return true;
  if (typeof entry === "string") {
    const isLegal = tryParseRequirement(String(expected)) !== undefined;
    return !isLegal && tryParseRequirement(own) !== undefined;
  }
  const [line = ""] = own.split("; ");
  const faulty = faultyMarkers(entry);
  return (
    isBrokenQuote(entry, String(expected).slice(line.length + 2)) ||
    (faulty !== undefined && expected === (faulty === "" ? line : `${line}; ${faulty}`))
  );
}

/** Our answer, or "error" where an entry is refused. */
function attempt(answer: () => string | undefined): string | undefined {
  try {
    return answer();
  } catch (error) {
    if (error instanceof MarkerSyntaxError || error instanceof TypeError) return "error";
    throw error;
  }
}

function expectation(value: unknown): string | undefined {
  if (value === null) return undefined;
  return typeof value === "string" ? value : "error";
}

test("the lock's markers are pipenv's, but for the faults that docs/pipfile.md names", () => {
  const matches = ({ entry, lockMarkers: expected }: EntryCase): boolean =>
    [withoutOsName(entry), entry].some((read) => hasPipenvsMarkers(read, expected));

  expect(failing(cases, matches)).toEqual([]);
});

test("the line for pip is pipenv's, but for those faults and for lines that are none", () => {
  const matches = ({ name, entry, pipLine: expected }: EntryCase): boolean =>
    [withoutOsName(entry), entry].some((read) => hasPipenvsLine(name, read, expected));

  expect(failing(cases, matches)).toEqual([]);
});

test("addresses of sources are expanded as pipenv expands them", () => {
  const urls = conformanceCases<UrlCase>("pipfile-entries", "sourceUrls");

  expect(failing(urls, ({ url, env, expanded }) => expandSourceUrl(url, env) === expanded)).toEqual(
    [],
  );
});

test("os_name counts like every other marker", () => {
  expect(lockMarkers({ version: "*", os_name: "== 'nt'" })).toBe("os_name == 'nt'");
});

test("a marker with `or` keeps its meaning beside another one", () => {
  const entry = {
    version: "*",
    markers: "python_version < '3.9' or os_name == 'nt'",
    sys_platform: "!= 'darwin'",
  };

  expect(lockMarkers(entry)).toBe(
    "(python_version < '3.9' or os_name == 'nt') and sys_platform != 'darwin'",
  );
  expect(pipLine("a", entry)).toBe(`a; ${lockMarkers(entry)}`);
});

test("a value that holds a quote keeps the quotes that can hold it", () => {
  expect(lockMarkers({ markers: `platform_version == "it's"` })).toBe(`platform_version == "it's"`);
});

test("a marker that asks for an extra is left out", () => {
  expect(lockMarkers({ markers: "extra == 'x' or os_name == 'nt'" })).toBeUndefined();
  expect(lockMarkers({ markers: "platform_version == 'extra'" })).toBe(
    "platform_version == 'extra'",
  );
});

test.each([
  ["*", ""],
  ["", ""],
  ["1.0", "==1.0"],
  [" ==1.0 ", "==1.0"],
  ["(>=1.0)", ">=1.0"],
  [">=1,<2", ">=1,<2"],
  ["1.*", "==1.*"],
])("the version %j means the specifier %j", (version, specifier) => {
  expect(meantSpecifier(version)).toBe(specifier);
});
