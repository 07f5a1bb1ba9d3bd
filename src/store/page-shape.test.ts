import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { isSoundPage } from "./page-shape.ts";
import type { StoredPage } from "./stored-page.ts";

function page(versions: readonly string[]): StoredPage {
  return {
    name: packageName("core"),
    index: indexUrl("https://index.example/simple"),
    checkedAt: 1,
    validators: {},
    releases: versions.map((version) => ({ version, files: [] })),
  };
}

test.each([
  [["2.0", "1.0"], true],
  [["1.0", "2.0"], false],
  // setuptools has both, as two releases
  [["69.3.0", "69.3"], true],
  [["69.3", "69.3"], false],
  [["1.0-alpha"], false],
])("a list with the versions %j is sound: %s", (versions, sound) => {
  expect(isSoundPage(page(versions))).toBe(sound);
});
