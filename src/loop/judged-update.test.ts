import { expect, test } from "vitest";
import { judgedUpdate } from "./judged-update.ts";

test("an update is a name and a version", () => {
  expect(judgedUpdate("Foo_Bar == 2.0-rc1")).toEqual({ name: "foo-bar", version: "2.0rc1" });
});

test.each(["a", "a>=1", "a==", "==1", "a==x.y", "a==1==2", "a b==1"])("%j is none", (text) => {
  expect(() => judgedUpdate(text)).toThrow(
    expect.objectContaining({
      code: "usage",
      message: `--update takes NAME==VERSION, not \`${text}\``,
    }),
  );
});
