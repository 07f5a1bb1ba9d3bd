import { expect, test } from "vitest";
import { OwnModules } from "./own-modules.ts";

const own = new OwnModules([
  "manage.py",
  "src/shop/__init__.py",
  "src/shop/web/__init__.py",
  "src/shop/web/starlette/app.py",
  "scripts/run.py",
  "scripts/helper.py",
  "tests/fixtures/demo/build/__init__.py",
  "tests/test_shop.py",
]);

test.each([
  ["a module below a folder of sources", "shop.web", "manage.py", "yes"],
  ["a module beside the file", "helper", "scripts/run.py", "yes"],
  ["a folder without __init__.py", "scripts.run", "tests/test_shop.py", "yes"],
  ["another's module", "flask", "manage.py", "no"],
  ["a module that stands elsewhere", "helper", "manage.py", "perhaps"],
  ["a sibling within a package", "starlette", "src/shop/web/x.py", "perhaps"],
  ["a fixture of tests", "build", "src/shop/web/x.py", "perhaps"],
  ["what a package of ours lacks", "shop.core", "manage.py", "perhaps"],
])("%s: import %s in %s is the project's own: %s", (_, module, file, expected) => {
  expect(own.owns(module, file)).toBe(expected);
});
