import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeGitRepository } from "../../fixtures/git-repository.ts";
import { cloneAt, resolveGit } from "./git.ts";

const folder = mkdtempSync(join(tmpdir(), "thoth-git-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const repository = makeGitRepository(
  join(folder, "origin"),
  { "pyproject.toml": "[project]\nname = 'demo'\nversion = '1.0'\n", "sub/file.txt": "text\n" },
  "v1",
);
// Neither the developer's nor the machine's git configuration counts here.
const environment = {
  PATH: process.env["PATH"],
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};
const inRepository = (...args: string[]) =>
  execFileSync("git", args, { cwd: repository.directory, encoding: "utf8", env: environment });

test.each([
  ["the default branch", undefined],
  ["a branch", "main"],
  ["a tag", "v1"],
  ["a full ref", "refs/heads/main"],
  ["the commit itself", repository.commit],
])("%s stands for its commit", async (_what, ref) => {
  const { url } = repository;

  expect(await resolveGit(ref === undefined ? { url } : { url, ref }, { environment })).toBe(
    repository.commit,
  );
});

test("an annotated tag stands for the commit behind it", async () => {
  inRepository(
    "-c",
    "user.name=rig",
    "-c",
    "user.email=rig@thoth.invalid",
    "tag",
    "-am",
    "2",
    "v2",
  );

  expect(await resolveGit({ url: repository.url, ref: "v2" }, { environment })).toBe(
    repository.commit,
  );
});

test("a ref that is not there is named", async () => {
  const run = resolveGit({ url: repository.url, ref: "gone" }, { environment });

  await expect(run).rejects.toMatchObject({
    code: "git-failed",
    message: expect.stringContaining("no branch or tag `gone`"),
  });
});

test("an address that can't be read is an error without its password", async () => {
  const url = "http://user:hunter2@127.0.0.1:1/repository.git";
  const run = resolveGit({ url }, { environment });

  await expect(run).rejects.toMatchObject({ code: "git-failed" });
  const error: unknown = await run.catch((reason: unknown) => reason);
  expect(JSON.stringify(error)).not.toContain("hunter2");
  expect(String(error)).not.toContain("hunter2");
});

test.each([
  ["an option for an address", { url: "--upload-pack=touch /tmp/x" }],
  ["an option for a ref", { url: "https://git.example/x.git", ref: "--output=x" }],
  ["a transport that runs programs", { url: "ext::sh -c id" }],
])("%s is refused", async (_what, place) => {
  await expect(resolveGit(place, { environment })).rejects.toMatchObject({ code: "git-failed" });
});

test("a clone holds the commit's files and history, no address and no hook's work", async () => {
  const hooks = mkdtempSync(join(folder, "hooks-"));
  const marker = join(folder, "hook-ran");
  const config = join(hooks, "gitconfig");
  writeFileSync(config, `[core]\n\thooksPath = ${hooks}\n`);
  writeFileSync(join(hooks, "post-checkout"), `#!/bin/sh\ntouch ${marker}\n`);
  chmodSync(join(hooks, "post-checkout"), 0o755);
  const target = join(folder, "clone");

  await cloneAt(repository.url, repository.commit, target, {
    environment: { ...environment, GIT_CONFIG_GLOBAL: config },
  });

  expect(readFileSync(join(target, "sub/file.txt"), "utf8")).toBe("text\n");
  expect(readFileSync(join(target, ".git/config"), "utf8")).not.toContain("origin");
  const described = execFileSync("git", ["-C", target, "describe", "--tags"], {
    encoding: "utf8",
    env: environment,
  });
  expect(described).toMatch(/^v\d\n$/);
  expect(existsSync(marker)).toBe(false);
});

test("the user's insteadOf counts", async () => {
  const config = join(folder, "gitconfig");
  writeFileSync(config, `[url "file://${folder}/"]\n\tinsteadOf = https://git.example/\n`);

  const commit = await resolveGit(
    { url: "https://git.example/origin", ref: "main" },
    { environment: { ...environment, GIT_CONFIG_GLOBAL: config } },
  );

  expect(commit).toBe(repository.commit);
});

test("a commit that is not there leaves no folder behind", async () => {
  const target = join(folder, "no-clone");
  const run = cloneAt(repository.url, "0".repeat(40), target, { environment });

  await expect(run).rejects.toMatchObject({ code: "git-failed" });
  expect(existsSync(target)).toBe(false);
});
