import { expect, test } from "vitest";
import { runtime } from "../../fixtures/advice.ts";
import { activeDependencies } from "./active-dependencies.ts";

function active(extra: string, ...lines: readonly string[]): readonly string[] {
  const found = activeDependencies(lines, runtime.markers, extra, (line) => {
    throw new Error(`unreadable: ${line}`);
  });
  return found.map(({ text }) => text);
}

test("without an extra: what has no marker, or one that holds", () => {
  const lines = [
    "Click>=8.0",
    'colorama ; platform_system == "Windows"',
    'importlib_metadata>=3.6 ; python_version < "3.10"',
    'tomli ; python_version < "3.12"',
    'asgiref>=3.2 ; extra == "async"',
  ];

  expect(active("", ...lines)).toEqual(["click >=8.0", "tomli"]);
});

test.each([
  ["alone", 'x ; extra == "io"', ["x"]],
  ["in single quotes", "x ; extra == 'io'", ["x"]],
  ["in parentheses", 'x ; (extra == "io")', ["x"]],
  ["in another spelling", 'x ; extra == "IO"', ["x"]],
  ["with a marker that holds", 'x ; python_version >= "3" and extra == "io"', ["x"]],
  ["with a marker that does not", 'x ; python_version < "3" and extra == "io"', []],
  ["written the other way round", 'x ; "io" == extra', ["x"]],
  ["as one of two", 'x ; extra == "net" or extra == "io"', ["x"]],
  ["of another name", 'x ; extra == "net"', []],
  ["not asked for: the line holds without it", "x", []],
  ["needless: the line holds without it", 'x ; extra == "io" or os_name == "posix"', []],
])("an extra %s adds what only it makes hold", (_rule, line, expected) => {
  expect(active("io", line)).toEqual(expected);
});

test("a dependency keeps its extras, its range and whether it names a pre-release", () => {
  const [found] = activeDependencies(
    ["Kit[Big_One,b] >=1,<2rc1"],
    runtime.markers,
    "",
    () => undefined,
  );

  expect(found).toMatchObject({
    name: "kit",
    extras: expect.arrayContaining(["big-one", "b"]),
    mentionsPrerelease: true,
  });
  expect(found?.url).toBeUndefined();
});

test("a requirement by address says so", () => {
  const [found] = activeDependencies(
    ["kit @ https://kit.example/kit.zip"],
    runtime.markers,
    "",
    () => undefined,
  );

  expect(found).toMatchObject({ name: "kit", url: "https://kit.example/kit.zip" });
});

test("lines that PEP 508 refuses are passed on, not guessed at", () => {
  const unreadable: string[] = [];
  const found = activeDependencies(
    ["good", "bad (>= what)", "worse ; python_version ~= 'x' and"],
    runtime.markers,
    "",
    (line) => unreadable.push(line),
  );

  expect(found.map(({ name }) => name)).toEqual(["good"]);
  expect(unreadable).toEqual(["bad (>= what)", "worse ; python_version ~= 'x' and"]);
});
