import { array, assert, constantFrom, property, record, uniqueArray } from "fast-check";
import { describe, expect, test } from "vitest";
import { packageName } from "./name.ts";
import { addEntry, removeEntry, restoreEntry } from "./pipfile-edit.ts";
import { parseToml, type TomlTable } from "./toml.ts";

const entry = { category: "packages", name: "flask", version: "*", extras: [] };

function added(text: string, more: Partial<Parameters<typeof addEntry>[1]> = {}): string {
  return addEntry(text, { ...entry, ...more }, "Pipfile").text;
}

function removed(text: string, name: string, category = "packages"): string | undefined {
  return removeEntry(text, { category, name }, "Pipfile")?.text;
}

describe("adding", () => {
  test("an entry goes behind the last of its category, and all comments stay", () => {
    const text = `[packages]
click = "*"  # the base
# below is for tests
[dev-packages]
pytest = "*"
`;

    expect(added(text)).toBe(`[packages]
click = "*"  # the base
flask = "*"
# below is for tests
[dev-packages]
pytest = "*"
`);
  });

  test.each([
    ["single quotes", "[packages]\nclick = '*'\n", "[packages]\nclick = '*'\nflask = '*'\n"],
    ["no blanks", '[packages]\nclick="*"\n', '[packages]\nclick="*"\nflask="*"\n'],
    ["indentation", '[packages]\n  a = "1"\n', '[packages]\n  a = "1"\n  flask = "*"\n'],
    ["CRLF", '[packages]\r\na = "1"\r\n', '[packages]\r\na = "1"\r\nflask = "*"\r\n'],
    ["no line break at the end", '[packages]\na = "1"', '[packages]\na = "1"\nflask = "*"'],
    ["a value of several lines", '[packages]\na = {version = "1",\n extras = ["b"]}\n', undefined],
  ])("it is written as the file is: %s", (_, before, after) => {
    expect(added(before)).toBe(after ?? `${before}flask = "*"\n`);
  });

  test("extras, markers and a name with a dot are written as pipenv reads them", () => {
    const text = added("[packages]\n", {
      name: "zope.interface",
      version: ">=5",
      extras: ["docs", "test"],
      markers: 'python_version < "3.9"',
    });

    expect(text).toBe(
      `[packages]\n"zope.interface" = {extras = ["docs", "test"], version = ">=5", markers = 'python_version < "3.9"'}\n`,
    );
  });

  test.each([
    ["in the middle", 'click = "*"\n# z\nz = "*"\n', 'click = "*"\nflask = "*"\n# z\nz = "*"\n'],
    ["first", '# the last\nz = "*"\n', 'flask = "*"\n# the last\nz = "*"\n'],
    ["last", 'a = "*"\n', 'a = "*"\nflask = "*"\n'],
    ["capitals first, as pipenv sorts", 'Z = "*"\na = "*"\n', 'Z = "*"\na = "*"\nflask = "*"\n'],
  ])("where the Pipfile is to be sorted, it stands at its place: %s", (_, before, after) => {
    expect(added(`[packages]\n${before}`, { sorted: true })).toBe(`[packages]\n${after}`);
  });

  test("a category that is missing comes behind the last one", () => {
    const text = `[[source]]
url = "u"

[packages]
a = "1"

[requires]
python_version = "3.11"
`;

    expect(added(text, { category: "dev-packages" })).toBe(`[[source]]
url = "u"

[packages]
a = "1"

[dev-packages]
flask = "*"

[requires]
python_version = "3.11"
`);
    expect(added("")).toBe('[packages]\nflask = "*"\n');
    expect(added('[[source]]\nurl = "u"')).toBe(
      '[[source]]\nurl = "u"\n\n[packages]\nflask = "*"\n',
    );
  });

  test("a category of outline tables gets its header before them", () => {
    expect(added('[packages.click]\nversion = "*"\n')).toBe(
      '[packages]\nflask = "*"\n\n[packages.click]\nversion = "*"\n',
    );
  });

  test("a category that is written inline is refused", () => {
    expect(() => added('packages = { a = "1" }\n')).toThrow("`packages` has no table of its own");
  });
});

describe("removing", () => {
  test("names compare as packages do, and the comment of the line goes with it", () => {
    const text = '[packages]\nZope_Interface = "*" # why\n# stays\nb = "*"\n';

    expect(removed(text, "zope.interface")).toBe('[packages]\n# stays\nb = "*"\n');
  });

  test("an outline table goes as a whole", () => {
    const text = '[packages]\na = "*"\n\n[packages.b]\nversion = "*"\n\n[requires]\n';

    expect(removed(text, "b")).toBe('[packages]\na = "*"\n\n[requires]\n');
  });

  test("dotted keys and values of several lines go as a whole", () => {
    const text = '[packages]\na.version = "1"\nb = {\n version = "1" }\na.extras = ["x"]\n';

    expect(removed(text, "a")).toBe('[packages]\nb = {\n version = "1" }\n');
    expect(removed(text, "b")).toBe('[packages]\na.version = "1"\na.extras = ["x"]\n');
  });

  test("a package that its category lacks is none to remove", () => {
    expect(removed('[dev-packages]\na = "1"\n', "a")).toBeUndefined();
  });
});

test.each([
  [
    "a line",
    '[packages]\na = "1" # why\nb = "1"\n',
    '[packages]\nb = "2"\n',
    '[packages]\nb = "2"\na = "1" # why\n',
  ],
  [
    "into a category that is gone",
    '[packages]\na = "1"\n',
    "# none\n",
    '# none\n\n[packages]\na = "1"\n',
  ],
  [
    "a table of its own",
    '[packages]\n[packages.a]\nversion = "1"\n',
    '[packages]\nc = "1"\n',
    '[packages]\nc = "1"\n\n[packages.a]\nversion = "1"\n',
  ],
])("what was taken out is put into a text that others changed: %s", (_, before, now, after) => {
  const taken = removeEntry(before, { category: "packages", name: "a" }, "Pipfile");

  expect(restoreEntry(now, { category: "packages", written: taken?.written ?? "" })).toBe(after);
});

const names = ["flask", "zope.interface", "A_b", "x-y", "requests", "q"];
const writings = [
  (name: string) => `${name} = "*"`,
  (name: string) => `  ${name}='>=1' # ${name} = "2"`,
  (name: string) => `${name} = { version = "*", extras = [\n "a",\n "b" ] }`,
  (name: string) => `${name}.version = "1"`,
  (name: string) => `${name} = """\n>=1"""`,
];
const furniture = ["", "", "# a = 1", "   "];
const category = record({
  name: constantFrom("packages", "dev-packages", "docs"),
  header: constantFrom("[%]", "  [ % ] # packages"),
  entries: uniqueArray(
    record({
      name: constantFrom(...names),
      write: constantFrom(...writings),
      above: constantFrom(...furniture),
    }),
    { selector: ({ name }) => name, maxLength: 4 },
  ),
  outline: constantFrom("", "[%.outlined]\nversion = '1'", '[%."out.lined"]'),
});
const pipfile = record({
  categories: uniqueArray(category, { selector: ({ name }) => name, maxLength: 3 }),
  between: array(constantFrom("", "# [packages]", '[requires]\npython_version = "3.11"'), {
    maxLength: 3,
  }),
  lineBreak: constantFrom("\n", "\r\n"),
  ending: constantFrom("", "\n", "\n\n"),
}).map(({ categories, between, lineBreak, ending }) => {
  const middle = [...new Set(between)];
  const parts = categories.flatMap(({ name, header, entries, outline }, at) => [
    header.replace("%", name),
    ...entries.flatMap((one) => [one.above, one.write(quotedKey(one.name))]),
    outline.replace("%", name),
    middle[at] ?? "",
  ]);
  return `${parts.join("\n")}${ending}`.replaceAll("\n", lineBreak);
});

function quotedKey(name: string): string {
  return name.includes(".") ? `"${name}"` : name;
}

function tableAt(tables: TomlTable, name: string): TomlTable {
  const { [name]: value = {} } = tables;
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date)
    ? value
    : {};
}

/** What is left of `long` once `short` was taken out in order. */
function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const character of long) if (character === short[at]) at += 1;
  return at === short.length;
}

test("property: an edit changes one entry for the parser, and keeps every other byte", () => {
  const place = { category: constantFrom("packages", "dev-packages"), name: constantFrom("new") };
  void assert(
    property(pipfile, record(place), (text, { category: into, name }) => {
      const before = parseToml(text, "Pipfile");
      const edited = addEntry(text, { ...entry, category: into, name }, "Pipfile");
      const after = parseToml(edited.text, "Pipfile");

      expect(after).toEqual({ ...before, [into]: { ...tableAt(before, into), [name]: "*" } });
      expect(isSubsequence(text, edited.text)).toBe(true);
      const back = removeEntry(edited.text, { category: into, name }, "Pipfile");
      expect(parseToml(back?.text ?? "", "Pipfile")).toEqual({
        ...before,
        [into]: tableAt(before, into),
      });
    }),
    { numRuns: 1000, seed: 6 },
  );
  void assert(
    property(pipfile, constantFrom(...names), (text, name) => {
      const before = parseToml(text, "Pipfile");
      const edited = removeEntry(text, { category: "packages", name: name.toUpperCase() }, "f");
      if (edited === undefined) {
        expect(Object.keys(tableAt(before, "packages"))).not.toContain(name);
        return;
      }
      const kept = Object.entries(tableAt(before, "packages")).filter(
        ([key]) => packageName(key) !== packageName(name),
      );
      expect(parseToml(edited.text, "Pipfile")).toEqual({
        ...before,
        packages: Object.fromEntries(kept),
      });
      expect(isSubsequence(edited.text, text)).toBe(true);
    }),
    { numRuns: 1000, seed: 6 },
  );
});
