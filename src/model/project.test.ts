import { expect, test } from "vitest";
import { parseSourceKey, sourceKey } from "./project.ts";

test.each([
  ["git", "https://host.example/repo.git", "v1", "sub/folder"],
  ["git", "git@host.example:team/repo.git", "", ""],
  ["git", "file:///srv/my repo", "9f0fd0e", ""],
  ["path", "/home/me/my project#1", "abc", ""],
  ["url", "https://host.example/a-1.0.zip", "", ""],
] as const)(
  "the key of %s %s is an address, and names the same source again",
  (kind, location, ref, subdirectory) => {
    const key = sourceKey({ kind, location, ref, subdirectory });

    expect(key).toMatch(/^[a-z]+\+[a-z+]+:\/\/[^@\s]*$/);
    expect(parseSourceKey(key)).toEqual({ kind, location, ref, subdirectory });
  },
);

test("an index is no source", () => {
  expect(parseSourceKey("https://index.example/simple")).toBeUndefined();
});
