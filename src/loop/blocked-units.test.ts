import { expect, test } from "vitest";
import { blockedUnits } from "./blocked-units.ts";

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
