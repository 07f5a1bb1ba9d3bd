import { expect, test } from "vitest";
import { gitServices } from "./git-services.ts";

test("without a token no service may be asked", () => {
  expect(gitServices({ THOTH_GITHUB_API: "https://git.example", THOTH_GITLAB_TOKEN: " " })).toEqual(
    [],
  );
});

test("a token is for the service's own interface, and that for repositories of its host", () => {
  const services = gitServices({
    THOTH_GITHUB_TOKEN: "one",
    THOTH_GITLAB_TOKEN: "two",
    THOTH_GITLAB_API: "https://git.example/gitlab/api/v4/",
  });

  expect(services).toEqual([
    { name: "github", host: "github.com", api: "https://api.github.com", token: "one" },
    { name: "gitlab", host: "git.example", api: "https://git.example/gitlab/api/v4", token: "two" },
  ]);
});

test.each([
  ["http://git.example/api"],
  ["http://127.evil.example/api"],
  ["ftp://git.example"],
  ["https://user:secret@git.example"],
  ["nonsense"],
])("a token is never sent to %s", (address) => {
  const environment = { THOTH_GITHUB_TOKEN: "one", THOTH_GITHUB_API: address };

  expect(() => gitServices(environment)).toThrow("is no https address of an interface");
});

test("a token with a line break is refused before it splits a header", () => {
  expect(() => gitServices({ THOTH_GITHUB_TOKEN: "one\ntwo" })).toThrow(
    "THOTH_GITHUB_TOKEN holds what no token holds",
  );
});
