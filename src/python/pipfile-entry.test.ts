import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
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

/** What pipenv makes of several markers: no `os_name`, no parentheses; undefined for one marker. */
function faultyMarkers(entry: TomlValue): string | undefined {
  if (!isTomlTable(entry)) return undefined;
  const options = ["markers", ...markerShorthands].filter((option) => Object.hasOwn(entry, option));
  if (options.length < 2 && !options.includes("os_name")) return undefined;
  return options
    .filter((option) => option !== "os_name")
    .flatMap((option) => lockMarkers({ [option]: entry[option] ?? "" }) ?? [])
    .sort()
    .join(" and ");
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

test("the lock's markers are pipenv's, but for its two faults", () => {
  const matches = ({ entry, lockMarkers: expected }: EntryCase): boolean => {
    const own = attempt(() => lockMarkers(entry));
    return own === expectation(expected) || (faultyMarkers(entry) ?? "-") === (expected ?? "");
  };

  expect(failing(cases, matches)).toEqual([]);
});

test("the line for pip is pipenv's, but for its two faults and its broken lines", () => {
  const matches = ({ name, entry, pipLine: expected }: EntryCase): boolean => {
    const own = attempt(() => pipLine(name, entry)) ?? "";
    if (own === expectation(expected)) return true;
    if (typeof entry === "string") {
      return (
        tryParseRequirement(String(expected)) === undefined &&
        tryParseRequirement(own) !== undefined
      );
    }
    const faulty = faultyMarkers(entry);
    if (faulty === undefined) return false;
    const [line = ""] = own.split("; ");
    return expected === (faulty === "" ? line : `${line}; ${faulty}`);
  };

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
