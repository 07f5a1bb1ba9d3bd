import { expect, test } from "vitest";
import { pythonParser } from "../python-syntax/parser.ts";
import { type Import, importsOf, namedModules, usedSymbols } from "./imports.ts";
import { isStandardLibrary } from "./standard-library.ts";
import { wellKnownPackage } from "./well-known.ts";

const parse = await pythonParser();

function rootOf(text: string) {
  const parsed = parse(text);
  if (parsed === undefined) throw new Error("it can be parsed");
  return parsed.root;
}

function told({ module, names, line, optional, typing, late }: Import): string {
  const how = [optional ? "optional" : "", typing ? "typing" : "", late ? "late" : ""].filter(
    (one) => one !== "",
  );
  return [`${line} ${module}`, names.join(","), ...how].filter((one) => one !== "").join(" ");
}

test.each([
  ["import a, b.c as d", ["1 a", "1 b.c"]],
  ["from a.b import c, d as e", ["1 a.b c,d"]],
  ["from a import *", ["1 a *"]],
  ["from . import own\nfrom .own import x", []],
  ["def f():\n    import a", ["2 a late"]],
  [
    "try:\n    import fast\nexcept ImportError:\n    import slow",
    ["2 fast optional", "4 slow optional"],
  ],
  ["try:\n    import a\nexcept (ImportError, OSError):\n    a = None", ["2 a optional"]],
  ["try:\n    import a\nexcept ValueError:\n    pass", ["2 a"]],
  ["if TYPE_CHECKING:\n    import a\nelse:\n    import b", ["2 a typing", "4 b"]],
  ["if typing.TYPE_CHECKING:\n    from a import b", ["2 a b typing"]],
  ["importlib.import_module(\"a.b\")\n__import__('c')", ["1 a.b", "2 c"]],
  [
    "if sys.version_info < (3, 11):\n    import a\nelse:\n    import b",
    ["2 a optional", "4 b optional"],
  ],
  ["if os.name == 'nt':\n    import a", ["2 a optional"]],
  ["x = pytest.importorskip('a')", ["1 a optional"]],
  ["importlib.import_module(name)", []],
  ['"""import a"""\n# import b', []],
])("the imports of %j", (text, expected) => {
  expect(importsOf(rootOf(text)).map(told)).toEqual(expected);
});

test("what is used of a module is told with the module's own name, whatever it is called", () => {
  const root = rootOf(
    "import numpy as np\nimport pickle\nfrom yaml import load\nnp.linalg.inv(pickle.loads(x))",
  );

  const used = usedSymbols(root, importsOf(root));

  expect(
    Object.fromEntries([...used].map(([module, names]) => [module, [...names].sort()])),
  ).toEqual({
    numpy: ["numpy", "numpy.linalg", "numpy.linalg.inv"],
    pickle: ["pickle", "pickle.loads"],
    yaml: ["yaml.load"],
  });
});

test.each([
  ["os", "3.6", true],
  ["tomllib", "3.10", false],
  ["tomllib", "3.11", true],
  ["distutils", "3.11", true],
  ["distutils", "3.12", false],
  ["_thread", "3.12", true],
  ["yaml", "3.12", false],
])("%s comes with Python %s: %s", (module, python, comes) => {
  expect(isStandardLibrary(module, python)).toBe(comes);
});

test("modules with another name than their package are known, and nothing else is", () => {
  expect(["yaml", "PIL", "requests", "constructor"].map(wellKnownPackage)).toEqual([
    "pyyaml",
    "pillow",
    undefined,
    undefined,
  ]);
});

test("texts that could name a module are found, with what stands behind a colon left out", () => {
  const root = rootOf(
    'APPS = ["shop.cart", r"web:app"]\nx = "two words"\ny = f"a{b}"\nz = """doc"""',
  );

  expect([...namedModules(root)].sort()).toEqual(["doc", "shop.cart", "web"]);
});
