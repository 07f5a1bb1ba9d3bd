import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { blockedUnits } from "./blocked-units.ts";
import { openPrescriptions } from "./prescription-files.ts";

test("units that there are can be switched off, several at once", () => {
  expect(blockedUnits(["yanked", "advisory"], undefined)).toEqual(new Set(["yanked", "advisory"]));
});

test.each([
  ["yankd", "`blocked_units`: there is no unit `yankd` to switch off", "did you mean `yanked`?"],
  [
    "nothing-like-it",
    "`blocked_units`: there is no unit `nothing-like-it` to switch off",
    /^units are advisory, /,
  ],
  ["malware", "the unit `malware` can't be switched off", /never advised/],
])("%s is refused", (name, message, hint) => {
  expect(() => blockedUnits([name], undefined)).toThrow(
    expect.objectContaining({
      code: "bad-configuration",
      message,
      hint: expect.stringMatching(hint),
    }),
  );
});

test("a unit of prescriptions that is named without its folder's name is found", async () => {
  const folder = mkdtempSync(join(tmpdir(), "thoth-blocked-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const unit = `units:
  steps:
  - name: FlaskOld
    type: step
    should_include:
      adviser_pipeline: true
    match:
      package_version:
        name: flask
    run:
      score: -0.5
`;
  writeFileSync(join(folder, "one.yaml"), unit);
  const { signal } = new AbortController();
  const freshness = { now: 0, freshnessMs: 0 };
  const cacheDirectory = join(folder, "cache");
  const prescriptions = await openPrescriptions(folder, { cacheDirectory, signal, freshness });

  expect(() => blockedUnits(["flaskold"], prescriptions)).toThrow(
    expect.objectContaining({ hint: "did you mean `UNKNOWN.FlaskOld`?" }),
  );
});
