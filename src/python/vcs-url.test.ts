import { expect, test } from "vitest";
import { parseVcsUrl } from "./vcs-url.ts";

test.each([
  ["https://git.example/x.git", { url: "https://git.example/x.git" }],
  ["git+https://git.example/x.git@v1", { url: "https://git.example/x.git", ref: "v1" }],
  ["https://user:token@git.example/x.git", { url: "https://user:token@git.example/x.git" }],
  ["ssh://git@git.example/x.git@main", { url: "ssh://git@git.example/x.git", ref: "main" }],
  ["git@git.example:x/y.git", { url: "git@git.example:x/y.git" }],
  ["git@git.example:x/y.git@abc", { url: "git@git.example:x/y.git", ref: "abc" }],
  ["file:///srv/x@1", { url: "file:///srv/x", ref: "1" }],
  ["https://git.example", { url: "https://git.example" }],
  [
    "https://git.example/x.git@v1#egg=x&subdirectory=a/b",
    { url: "https://git.example/x.git", ref: "v1", subdirectory: "a/b" },
  ],
])("%s is taken apart", (text, expected) => {
  expect(parseVcsUrl(text)).toEqual(expected);
});
