import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { conformanceCases } from "../../fixtures/conformance.ts";
import { ThothError } from "../util/errors.ts";
import { pipfileHash, pipfileHashInput } from "./pipfile-hash.ts";

interface HashCase {
  readonly id: string;
  readonly pipfile: string;
  readonly pipenv: string | { readonly error: string };
  readonly hashed?: string;
  readonly defaultSource?: boolean;
}

const cases = conformanceCases<HashCase>("pipfile-hash", "cases");
const withSource = cases.filter(({ defaultSource }) => defaultSource !== true);
const withoutSource = cases.filter(({ defaultSource }) => defaultSource === true);

/** The index that pip asks when nothing is configured; no address of it stands in this repository. */
function pipsOwnIndex(): string | undefined {
  const script = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
  try {
    return execFileSync("python3", ["-I", "-c", script], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

function disagrees({ pipfile, pipenv }: HashCase, defaultSourceUrl?: string): boolean {
  try {
    const options = defaultSourceUrl === undefined ? {} : { defaultSourceUrl };
    return pipfileHash(pipfile, options) !== pipenv;
  } catch (error) {
    return !(error instanceof ThothError) || typeof pipenv === "string";
  }
}

test("a Pipfile with sources hashes as pipenv hashes it, or is refused as there", () => {
  expect(withSource.filter((sample) => disagrees(sample)).map(({ id }) => id)).toEqual([]);
});

test("the text that is hashed is pipenv's", () => {
  const known = withSource.filter(({ hashed }) => hashed !== undefined);

  expect(known.length).toBeGreaterThan(0);
  for (const { pipfile, hashed } of known) expect(pipfileHashInput(pipfile)).toBe(hashed);
});

const index = pipsOwnIndex();

test.skipIf(index === undefined)(
  "a Pipfile without [[source]] is hashed with the default one",
  () => {
    expect(withoutSource.filter((sample) => disagrees(sample, index)).map(({ id }) => id)).toEqual(
      [],
    );
  },
);

test("without [[source]] and without a default there is no hash", () => {
  expect(() => pipfileHash("[packages]\na = '*'\n")).toThrow(ThothError);
});

const withThoth = (value: string): string => `[[source]]
name = "main"
url = "https://index.example/simple"
verify_ssl = true

[packages]
a = "*"

[thoth]
${value}
`;

test("a table that pipenv refuses is hashed as it stands when it is tolerated", () => {
  const text = withThoth("disable_index_adjustment = true");

  expect(() => pipfileHash(text)).toThrow("[thoth]");
  expect(pipfileHashInput(text, { tolerate: ["thoth"] })).toContain(
    '"thoth":{"disable-index-adjustment":true}',
  );
});

test("a table that pipenv takes for a category is hashed even when it is tolerated", () => {
  const text = withThoth('runtime = "ubi"');

  expect(pipfileHashInput(text, { tolerate: ["thoth"] })).toContain('"thoth":{"runtime":"ubi"}');
});

test.each([
  ["1.10", "1.1"],
  ["1e3", "1000.0"],
  ["1e16", "1e+16"],
  ["0.00001", "1e-05"],
  ["123456789012345.6", "123456789012345.6"],
  ["-0.0", "-0.0"],
  ["inf", "Infinity"],
  ["nan", "NaN"],
  ["1", "1"],
  ["0xff", "255"],
])("the number %s is hashed as Python prints it: %s", (written, printed) => {
  const text = `[[source]]\nname = "a"\nurl = "u"\n[packages]\na = ${written}\n`;

  expect(pipfileHashInput(text)).toContain(`"default":{"a":${printed}}`);
});

test("line breaks of Windows hash as those of Unix", () => {
  const text = '[[source]]\nname = "a"\nurl = "u"\n[packages]\na = """x\ny"""\n';

  expect(pipfileHash(text.replaceAll("\n", "\r\n"))).toBe(pipfileHash(text));
});
