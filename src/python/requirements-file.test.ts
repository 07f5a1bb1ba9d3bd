import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import type { PipfileEntry } from "./pipfile-entries.ts";
import { readRequirements } from "./requirements-file.ts";

const digest = "a".repeat(64);

function read(files: Readonly<Record<string, string>>, variables: Record<string, string> = {}) {
  return readRequirements("requirements.in", {
    read: (path) => files[path],
    shown: (path) => path,
    variables,
    nameOf: (folder) => (folder === "./here" ? "local" : undefined),
  });
}

function entries(text: string, variables: Record<string, string> = {}): readonly PipfileEntry[] {
  return read({ "requirements.in": text }, variables).pipfile.categories[0]?.entries ?? [];
}

function problems(files: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(files);
    return [];
  } catch (error) {
    if (!(error instanceof ThothError)) throw error;
    return [error, ...error.others].map(
      ({ message, place }) => `${place?.file}:${place?.line}:${place?.column} ${message}`,
    );
  }
}

test.each([
  ["flask", { name: "flask", kind: "index", version: "*" }],
  ["  Flask[async]>=2,<3 # web", { canonical: "flask", extras: ["async"], version: "<3,>=2" }],
  ["flask \\\n  >= 2", { version: ">=2" }],
  ["a ; python_version < '3.9'", { markers: 'python_version < "3.9"' }],
  [`a==1 --hash=sha256:${digest}`, { version: "==1", hashes: [`sha256:${digest}`] }],
  [`a==1 \\\n    --hash=sha256:${digest}\n# end`, { hashes: [`sha256:${digest}`] }],
  ["a==${VERSION}", { version: "==1.5" }],
  [
    "a @ git+https://git.test/a.git@v1#subdirectory=x",
    { kind: "git", ref: "v1", subdirectory: "x" },
  ],
  ["-e git+https://git.test/b.git#egg=b", { kind: "git", name: "b", editable: true }],
  ["--editable=./here", { kind: "path", name: "local", path: "./here", editable: true }],
  ["./wheels/c-1.0-py3-none-any.whl", { kind: "path", name: "c", option: "file" }],
  ["https://files.test/d-1.0.tar.gz", { kind: "url", name: "d" }],
  [
    "d @ https://files.test/d-1.0.zip ; os_name == 'nt'",
    { kind: "url", markers: 'os_name == "nt"' },
  ],
])("%j is read as pip reads it", (text, expected) => {
  expect(entries(text, { VERSION: "1.5" })).toMatchObject([expected]);
});

test("options say indexes and pre-releases; those that change no version are warned of", () => {
  const { pipfile } = read({
    "requirements.in": "-i https://a.test/simple --extra-index-url=https://b.test\n--pre\n-f x\n",
  });

  expect(pipfile.sources.map(({ name, url }) => `${name} ${url}`)).toEqual([
    "index https://a.test/simple",
    "extra-1 https://b.test",
  ]);
  expect(pipfile.settings.allowPrereleases).toBe(true);
  expect(pipfile.warnings.map(({ message }) => message)).toEqual(["`--find-links` is not heeded"]);
});

test("-r is followed from the file that names it, -c gives constraints, and a place is the file's own", () => {
  const { pipfile, constraints } = read({
    "requirements.in": "-r sub/base.in\n-c limits.txt\na\n",
    "sub/base.in": "\n-r more.in\n",
    "sub/more.in": "b\n",
    "limits.txt": "c<2 ; python_version > '3'\n",
  });

  const places = pipfile.categories[0]?.entries.map(
    ({ name, place }) => `${name} ${place.file}:${place.line}`,
  );
  expect(places).toEqual(["b sub/more.in:1", "a requirements.in:3"]);
  expect(constraints).toMatchObject([{ name: "c", place: { file: "limits.txt", line: 1 } }]);
});

test("every mistake is told at once, with its place", () => {
  expect(
    problems({
      "requirements.in":
        "flask=2\n-r requirements.in\n-r none.in\n--indx-url x\n  ${UNSET}==1\na==1 --hash=md5\ngit+https://git.test/x\n-c bad.txt\na @ git+https://${TOKEN}@h/a\n",
      "bad.txt": "a[x]<2\nb<1\nb<2\n-r x\nc @ https://c.test/c.zip\n",
    }),
  ).toEqual([
    expect.stringContaining("requirements.in:1:6 `flask=2` is no requirement"),
    "requirements.in:2:1 `requirements.in` includes itself",
    "requirements.in:3:1 there is no `none.in`",
    "requirements.in:4:1 pip has no option `--indx-url` for requirements files",
    "requirements.in:5:3 the variable UNSET is not set",
    "requirements.in:6:1 `md5` is no hash",
    "requirements.in:7:1 nothing says which package `git+https://git.test/x` is",
    "bad.txt:1:1 a constraint takes no extras: `a[x]`",
    "bad.txt:3:1 `b` is constrained twice",
    "bad.txt:4:1 a constraints file has no `--requirement`",
    "bad.txt:5:1 `c` is an address; a constraint is a range of versions",
    "requirements.in:9:1 a variable in an address would end in the lock",
  ]);
});
