import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { parseRequirement } from "../python/requirement.ts";
import { ownProject } from "./own-project.ts";

test("names and extras count in their normalised form, whoever spelt them", () => {
  const requirement = parseRequirement("Zope.Interface[Test_Suite]>=5");
  const index = indexUrl("https://index.example/simple");

  expect(ownProject([{ requirement, where: "the command line" }], [index])).toMatchObject({
    requirements: [
      {
        name: "zope-interface",
        spelling: "Zope.Interface",
        extras: ["test-suite"],
        specifier: ">=5",
        where: "the command line",
      },
    ],
  });
});
