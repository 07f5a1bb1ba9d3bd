import { expect, test } from "vitest";
import {
  evaluateMarker,
  type MarkerEnvironment,
  MarkerEvaluationError,
  markerHolds,
  markerText,
  parseMarker,
  tryParseMarker,
} from "./marker.ts";
import { MarkerSyntaxError } from "./marker-syntax.ts";

const environment: MarkerEnvironment = {
  implementation_name: "cpython",
  implementation_version: "3.11.7",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "5.14.0-427.el9",
  platform_system: "Linux",
  platform_version: "#1 SMP",
  python_full_version: "3.11.7",
  python_version: "3.11",
  sys_platform: "linux",
};

function holds(marker: string, extra?: ReadonlySet<string> | string): boolean {
  return evaluateMarker(parseMarker(marker), environment, extra);
}

test.each([
  ['python_version >= "3.9"', true],
  ["python_version<'3.9' or sys_platform == 'linux'", true],
  ['python_version in "3.10,3.11"', true],
  ['"linux" in sys_platform and os_name != "nt"', true],
  ['python_version == "3.*" and python_full_version ~= "3.11.0"', true],
  ['sys_platform < "macos"', false],
  ['sys_platform >= "linux"', true],
  ['platform_release >= "4"', false],
  ['(os_name == "nt" or os_name == "posix") and python_version < "4"', true],
])("%s is %s on CPython 3.11 on Linux", (marker, expected) => {
  expect(holds(marker)).toBe(expected);
});

test("extras are compared by their normalised names", () => {
  expect(holds("extra == 'Dev_Tools'", "dev-tools")).toBe(true);
  expect(holds("extra == 'dev'")).toBe(false);
  expect(holds("extra == 'dev'", new Set(["test", "DEV"]))).toBe(true);
  expect(holds("extra != 'dev'", new Set())).toBe(true);
});

test("a lock file knows sets of extras and dependency groups", () => {
  const marker = parseMarker('"Dev" in extras and "docs" not in dependency_groups');

  expect(evaluateMarker(marker, environment, new Set(["dev"]), "lock_file")).toBe(true);
  expect(evaluateMarker(marker, environment, undefined, "lock_file")).toBe(false);
});

test("a set can't stand on the left of a comparison", () => {
  const marker = parseMarker('extras == "dev"');

  expect(() => evaluateMarker(marker, environment, new Set(["dev"]), "lock_file")).toThrow(
    MarkerEvaluationError,
  );
});

test("a comparison without an answer counts even where another part decides", () => {
  const marker = parseMarker("os_name == 'posix' or sys_platform ~= '1.0'");

  const answer = markerHolds(marker, environment, "");

  expect(answer).toMatchObject({ error: { kind: "UndefinedComparison" } });
});

test("a requirement that is no metadata has no extra", () => {
  const marker = parseMarker("extra == 'dev'");

  expect(() => evaluateMarker(marker, environment, undefined, "requirement")).toThrow(
    expect.objectContaining({ kind: "UndefinedEnvironmentName" }),
  );
});

test("the + of an untagged build reads as a local version", () => {
  const untagged = { ...environment, python_full_version: "3.13.0a1+" };

  expect(markerHolds(parseMarker("python_full_version >= '3.13.0a1'"), untagged, "")).toBe(true);
});

test.each([
  ["os.name=='nt'", 'os_name == "nt"'],
  ["python_implementation == 'CPython'", 'platform_python_implementation == "CPython"'],
  ["((os_name == 'a'))", 'os_name == "a"'],
  ["(os_name == 'a' and os_name == 'b')", 'os_name == "a" and os_name == "b"'],
  ["os_name == 'a' or (os_name == 'b' and os_name == 'c')", undefined],
  ["(os_name == 'a' or os_name == 'b') and os_name == 'c'", undefined],
  ["os_name not  in '\"'", "os_name not in '\"'"],
  ["os_name == '\\x41\\n\\q\\101'", 'os_name == "A\n\\qA"'],
  ["extra == 'A.B'", 'extra == "a-b"'],
])("%j is printed as packaging does", (raw, text) => {
  expect(markerText(parseMarker(raw))).toBe(text ?? raw.replaceAll("'", '"'));
});

test.each([
  ["", 0],
  ["python_version", 14],
  ["python_version >= 3", 18],
  ["os_name == 'a' and", 18],
  ["os_name == 'a' os_name", 15],
  ["(os_name == 'a'", 0],
  ["'a' notin os_name", 4],
  ["os_name == 'C:\\'", 11],
  ["os_name == '\\x4'", 11],
  ["os_name == '\\U00110000'", 11],
  ["os_name == 'a\nb'", 11],
  ["unknown == 'a'", 0],
  [`${"(".repeat(5000)}os_name == 'a'${")".repeat(5000)}`, 101],
])("%j is no marker, and the error says where", (raw, offset) => {
  expect(tryParseMarker(raw)).toBeUndefined();
  expect(() => parseMarker(raw)).toThrow(MarkerSyntaxError);
  expect(() => parseMarker(raw)).toThrow(expect.objectContaining({ offset }));
});
