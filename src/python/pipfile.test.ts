import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { parsePipfile, pipfileProblems } from "./pipfile.ts";

const good = `[[source]]
name = "main"
url = "https://\${TOKEN}@index.example/simple"
verify_ssl = true

[[source]]
name = "extra"
url = "https://extra.example/simple"
verify_ssl = false

[packages]
Flask = "*"
requests = "2.31.0"
"zope.interface" = {version = ">=5,<7", extras = ["test"], index = "extra"}
colorama = {version = "*", sys_platform = "== 'win32'"}
lib = {git = "git+https://git.example/lib.git@v1", subdirectory = "py"}
here = {path = "./here", editable = true}
there = {file = "https://files.example/there-1.0.tar.gz"}
[packages.table]
version = "~=1.4"

[dev-packages]
flask = "<3"

[docs]
sphinx = ">=7"

[requires]
python_version = "3.11"

[pipenv]
allow_prereleases = true
cool-down-period = "30d"

[scripts]
serve = "python -m http.server"
test = ["pytest", "-q"]
`;

test("a Pipfile is read with its sources, settings and scripts", () => {
  const pipfile = parsePipfile(good, "Pipfile");

  expect(pipfile.sources).toMatchObject([
    { name: "main", url: `https://\${TOKEN}@index.example/simple`, verifySsl: true },
    { name: "extra", url: "https://extra.example/simple", verifySsl: false },
  ]);
  expect(pipfile.requires).toMatchObject({
    pythonVersion: "3.11",
    place: { file: "Pipfile", line: 29, column: 18, length: 6 },
  });
  expect(pipfile.settings).toMatchObject({ allowPrereleases: true, coolDownDays: 30 });
  expect([...pipfile.scripts]).toEqual([
    ["serve", "python -m http.server"],
    ["test", "pytest -q"],
  ]);
  expect(pipfile.warnings).toEqual([]);
});

test("categories keep pipenv's two names in the lock, others their own", () => {
  const { categories } = parsePipfile(good, "Pipfile");

  const shape = categories.map(({ name, lockName, entries }) => [name, lockName, entries.length]);
  expect(shape).toEqual([
    ["packages", "default", 8],
    ["dev-packages", "develop", 1],
    ["docs", "docs", 1],
  ]);
});

test("entries tell index, git, path and address apart", () => {
  const entries = parsePipfile(good, "Pipfile").categories[0]?.entries ?? [];

  expect(entries).toMatchObject([
    { kind: "index", name: "Flask", canonical: "flask", specifier: { text: "" } },
    { kind: "index", version: "2.31.0", specifier: { text: "==2.31.0" } },
    { kind: "index", extras: ["test"], index: "extra", specifier: { text: "<7,>=5" } },
    { kind: "index", markers: "sys_platform == 'win32'" },
    { kind: "git", url: "https://git.example/lib.git", ref: "v1", subdirectory: "py" },
    { kind: "path", option: "path", path: "./here", editable: true },
    { kind: "url", option: "file", url: "https://files.example/there-1.0.tar.gz" },
    { kind: "index", name: "table", specifier: { text: "~=1.4" } },
  ]);
  expect(entries[2]?.place).toEqual({ file: "Pipfile", line: 14, column: 1, length: 16 });
});

test("an empty Pipfile has the two usual categories and no source", () => {
  expect(parsePipfile("", "Pipfile")).toMatchObject({
    sources: [],
    categories: [
      { name: "packages", entries: [] },
      { name: "dev-packages", entries: [] },
    ],
    settings: { allowPrereleases: false, sortPipfile: false },
  });
});

test("[thoth] is accepted with a warning, for pipenv takes it for packages", () => {
  const pipfile = parsePipfile(
    "[thoth]\ndisable_index_adjustment = true\n[thoth.allow_prereleases]\nTensor_Flow = true\nx = false\n",
    "Pipfile",
  );

  expect(pipfile.thoth).toMatchObject({ disable_index_adjustment: true });
  expect(pipfile.settings.allowPrereleasesOf).toEqual(["tensor-flow"]);
  expect(pipfile.categories).toHaveLength(2);
  expect(pipfile.warnings).toMatchObject([
    { message: expect.stringContaining("pipenv reads [thoth] as a category"), place: { line: 1 } },
  ]);
});

/** `line:column message → hint` of every mistake. */
function mistakes(text: string): readonly string[] {
  return pipfileProblems(text, "Pipfile").map(
    ({ place, message, hint }) => `${place?.line}:${place?.column} ${message} → ${hint ?? "-"}`,
  );
}

const source = '[[source]]\nname = "main"\nurl = "https://index.example/simple"\n';

test.each([
  ['[package]\na = "*"\n', "1:2 unknown section [package] → did you mean [packages]?"],
  [
    '[dev_packages]\na = "*"\n',
    "1:2 unknown section [dev_packages] → did you mean [dev-packages]?",
  ],
  ['[sources]\na = "*"\n', "1:2 unknown section [sources] → did you mean [[source]]?"],
  [
    '[[sources]]\nname = "a"\n',
    "1:3 unknown list of tables [[sources]] → did you mean [[source]]?",
  ],
  [
    '[[packages]]\na = "*"\n',
    "1:3 unknown list of tables [[packages]] → did you mean [packages] with one bracket?",
  ],
  ['[default]\na = "*"\n', "1:2 [default] is the lock's name for [packages] → write `[packages]`"],
  [
    '[source]\nname = "a"\nurl = "https://a.example"\n',
    "1:2 sources are a list of tables → write `[[source]]` with two brackets",
  ],
  [
    'python_version = "3.8"\n',
    "1:1 `python_version` stands before the first table → put it under `[requires]`",
  ],
  [
    '[packages]\na = ">=24.*"\n',
    '2:5 `.*` is allowed only after == and != → did you mean `">=24"`?',
  ],
  [
    '[packages]\na = {version = "^1.2"}\n',
    '2:16 `^` is no operator of Python\'s version specifiers → did you mean `">=1.2,<2"`?',
  ],
  [
    '[packages]\na = "~1.0"\n',
    '2:5 `~` is no operator of Python\'s version specifiers → did you mean `">=1.0,<1.1"`?',
  ],
  [
    '[packages]\na = "=>1.0"\n',
    '2:5 `=>` is no operator of Python\'s version specifiers → did you mean `">=1.0"`?',
  ],
  ['[packages]\na = "latest"\n', '2:5 `latest` is no version specifier → did you mean `"*"`?'],
  ['[packages]\na = "1.x"\n', '2:5 `1.x` is no version specifier → did you mean `"==1.*"`?'],
  [
    '[packages]\na = ">1.0 <2.0"\n',
    '2:5 a comma is missing before `<2.0` → did you mean `">1.0,<2.0"`?',
  ],
  [
    '[packages]\na = "git+https://git.example/a.git"\n',
    '2:5 `git+https://git.example/a.git` is an address, not a version → write `a = {git = "https://git.example/a.git"}`',
  ],
  [
    "[packages]\na = 1.10\n",
    '2:5 `a` must be a text or a table, not a number → write `a = "1.10"`',
  ],
  [
    "[packages]\na = true\n",
    '2:5 `a` must be a text or a table, not a boolean → write `a = "*"` for any version',
  ],
  [
    '[packages]\nzope.interface = "*"\n',
    '2:1 the dots of `zope.interface` need quotes → write `"zope.interface" = "*"`',
  ],
  [
    '[packages]\n"celery[redis]" = ">=5"\n',
    '2:1 `celery[redis]` is no name of a package → write `celery = {extras = ["redis"], version = ">=5"}`',
  ],
  [
    '[packages]\na = {git = "https://git.example/a.git", commit = "1"}\n',
    "2:41 unknown option `commit` of `a` → did you mean `ref`?",
  ],
  [
    '[packages]\na = {verison = "*"}\n',
    "2:6 unknown option `verison` of `a` → did you mean `version`?",
  ],
  ['[packages]\na = {extras = "x"}\n', "2:15 `extras` must be a list, not a text → -"],
  ['[packages]\na = {hg = "https://hg.example/a"}\n', "2:11 Thoth can't lock a source in `hg` → -"],
  [
    '[packages]\na = {version = "*", sys_platform = "win32"}\n',
    "2:36 `win32` is no marker: expected an operator: <= < != == >= > ~= === in, not in → " +
      "write the operator and quotes, such as `sys_platform = \"== 'win32'\"`",
  ],
  [
    `${source}[packages]\na = {version = "*", index = "mian"}\n`,
    "5:29 no [[source]] is named `mian` → did you mean `main`?",
  ],
  [
    `${source}[packages]\na = {version = "*", index = "other"}\n`,
    "5:29 no [[source]] is named `other` → the sources are `main`",
  ],
  [
    '[packages]\nFlask = "*"\nflask = "*"\n',
    "3:1 `flask` and `Flask` are one package → remove one of them",
  ],
  [
    '[[source]]\nurl = "https://index.example/simple"\n',
    '1:3 a source without `name` → add `name = "…"` under [[source]]',
  ],
  [
    '[[source]]\nname = "a"\nurl = "index.example/simple"\n',
    "3:7 the address of a source has no scheme → did you mean `https://index.example/simple`?",
  ],
  [`${source}verify_ssl = "no"\n`, "4:14 `verify_ssl` must be true or false, not a text → -"],
  [
    "[requires]\npython_version = 3.10\n",
    '2:18 `python_version` must be a text, not a number → write `python_version = "3.10"`',
  ],
  [
    '[requires]\npython_version = ">=3.8"\n',
    '2:18 `>=3.8` is no Python version as `python_version` needs it → write one version, such as `python_version = "3.8"`',
  ],
  [
    '[requires]\npython = "3.8"\n',
    "2:1 unknown key `python` in [requires] → did you mean `python_version`?",
  ],
  [
    "[pipenv]\nallow_prerelease = true\n",
    "2:1 unknown setting `allow_prerelease` → did you mean `allow_prereleases`?",
  ],
  [
    '[pipenv]\ncool-down-period = "soon"\n',
    '2:20 `cool-down-period` must be a number of days → write it as `"30d"`',
  ],
  ['[scripts]\na = ""\n', "2:5 the script `a` must be a command line → -"],
])("%j is refused", (text, mistake) => {
  expect(mistakes(text)).toEqual([mistake]);
});

test("every mistake is told, in the order of the file", () => {
  const text = '[scripts]\ns = ""\n[packages]\na = "^1"\nb = 2\n[pipenv]\nsort_pipfile = "x"\n';

  expect(pipfileProblems(text, "Pipfile").map(({ place }) => place?.line)).toEqual([2, 4, 5, 7]);
  expect(() => parsePipfile(text, "Pipfile")).toThrow(
    expect.objectContaining({
      code: "bad-pipfile",
      place: { file: "Pipfile", line: 2, column: 5, length: 2 },
      others: [expect.anything(), expect.anything(), expect.anything()],
    }),
  );
});

test("the twin of a package is named with its line", () => {
  const [problem] = pipfileProblems('[packages]\nFlask = "^1"\nflask = "*"\n', "Pipfile").slice(1);

  expect(problem?.notes).toEqual(["`Flask` stands at Pipfile:2"]);
});

test.each([
  ["[packages]\nflask = *\n", 2, 'a text needs quotes: `flask = "*"`', undefined],
  ["[packages]\nflask = >=2.0 # x\n", 2, 'a text needs quotes: `flask = ">=2.0"`', undefined],
  ["[packages]\na = '1'\na = '2'\n", 3, undefined, ["`a` stands already at Pipfile:2"]],
  ["[packages]\na='1'\n[packages]\n", 3, undefined, ["`[packages]` stands already at Pipfile:1"]],
  ["\uFEFF[packages]\n", 1, "save the file as UTF-8 without a byte order mark", undefined],
])("%j is no TOML, and the way out is said", (text, line, hint, notes) => {
  const [problem] = pipfileProblems(text, "Pipfile");

  expect(problem).toBeInstanceOf(ThothError);
  expect(problem?.code).toBe("bad-toml");
  expect(problem?.place?.line).toBe(line);
  expect(problem?.hint).toBe(hint);
  expect(problem?.notes).toEqual(notes);
});
