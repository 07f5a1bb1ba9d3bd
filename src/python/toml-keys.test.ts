import { expect, test } from "vitest";
import { locateKey } from "./toml-keys.ts";

const text = `top = 1 # [packages]

[[source]]
name = "a"
[[source]]
name = "b"

[packages]
"zope.interface" = "*"
flask = {version = ">=2", extras = ["async", {deep = 1}]}
long = """
[fake]
x = 1
"""
'q' = '''a''''
site.sub."key" = 'it # is'
many = [
  { one = 1 }, # ] }
  { two = 2 },
]

[packages.inner]
"esc\\u0041ped" = true
`;

test.each([
  [["top"], 1, 1, 3],
  [["source", "0", "name"], 4, 1, 4],
  [["source", "1"], 5, 3, 6],
  [["source", "1", "name"], 6, 1, 4],
  [["packages"], 8, 2, 8],
  [["packages", "zope.interface"], 9, 1, 16],
  [["packages", "flask"], 10, 1, 5],
  [["packages", "flask", "extras"], 10, 27, 6],
  [["packages", "flask", "extras", "1", "deep"], 10, 47, 4],
  [["packages", "q"], 15, 1, 3],
  [["packages", "site", "sub", "key"], 16, 10, 5],
  [["packages", "many", "1", "two"], 19, 5, 3],
  [["packages", "inner"], 22, 11, 5],
  [["packages", "inner", "escAped"], 23, 1, 14],
])("the key %j stands in line %i, column %i", (path, line, column, length) => {
  expect(locateKey(text, path)).toMatchObject({ line, column, length });
});

test.each([
  [["packages", "zope.interface"], 9, 20, 3],
  [["packages", "flask"], 10, 9, 49],
  [["packages", "flask", "version"], 10, 20, 5],
  [["packages", "long"], 11, 8, 3],
  [["packages", "q"], 15, 7, 8],
  [["top"], 1, 7, 1],
])("the value of %j starts in line %i, column %i", (path, line, column, length) => {
  expect(locateKey(text, path)?.value).toEqual({ line, column, length });
});

test("what a string or a comment holds is no key", () => {
  expect(locateKey(text, ["fake"])).toBeUndefined();
  expect(locateKey(text, ["fake", "x"])).toBeUndefined();
  expect(locateKey(text, ["packages", "x"])).toBeUndefined();
});

test.each(["[", "[[", "a =", "a = [", "a = {b", '"', "= 1", "]", "{}", "a = [}", "a.b.", "[a]]x"])(
  "%j, which is no TOML, does not hold the search up",
  (broken) => {
    expect(locateKey(broken, ["no", "such", "key"])).toBeUndefined();
  },
);
