import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";

type Pins = Readonly<Record<string, { version: string; hashes: readonly string[] }>>;

function lock(pins: Pins): string {
  const meta = { hash: { sha256: "0" }, "pipfile-spec": 6, requires: {}, sources: [] };
  const content = { _meta: meta, default: pins, develop: {} };
  return `${JSON.stringify(content, null, 4)}\n`;
}

const before = lock({
  gone: { version: "==1.0", hashes: ["sha256:1"] },
  newer: { version: "==1.0", hashes: ["sha256:2"] },
  older: { version: "==2.0", hashes: ["sha256:3"] },
  rehashed: { version: "==1.0", hashes: ["sha256:4"] },
  same: { version: "==1.0", hashes: ["sha256:5"] },
});
const after = lock({
  added: { version: "==1.0", hashes: ["sha256:6"] },
  newer: { version: "==1.10", hashes: ["sha256:7"] },
  older: { version: "==1.9", hashes: ["sha256:8"] },
  rehashed: { version: "==1.0", hashes: ["sha256:4", "sha256:9"] },
  same: { version: "==1.0", hashes: ["sha256:5"] },
});

function committed(): TestProject {
  const project = makeProject({ pipfile: "[packages]\n", lock: before });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], {
      cwd: project.directory,
      stdio: "pipe",
    });
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "one");
  project.write({ "Pipfile.lock": after, "other.lock": before });
  return project;
}

test("the lock is compared with the last commit: each kind of change has its sign", async () => {
  const run = await thoth(committed(), ["diff"]);

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toBe(`+  added     1.0
-  gone      1.0
~  newer     1.0 -> 1.10
v  older     2.0 -> 1.9
#  rehashed  1.0          same version, 1 hashes came and 0 went
HEAD to Pipfile.lock: 1 added, 1 removed, 1 updated, 1 downgraded, 1 hashes only, 1 package unchanged
`);
});

test("--check makes a difference a no, and two files that say the same a yes", async () => {
  const project = committed();

  const differs = await thoth(project, ["diff", "HEAD", "--check"]);
  const same = await thoth(project, ["diff", "HEAD", "other.lock", "--check"]);

  expect(differs.exitCode).toBe(1);
  expect(same).toMatchObject({ exitCode: 0 });
  expect(same.stdout).toBe("HEAD to other.lock: nothing differs, 5 packages unchanged\n");
});

test("Markdown and JSON say the same", async () => {
  const project = committed();

  const markdown = await thoth(project, ["diff", "--format", "markdown"]);
  const json = await thoth(project, ["diff", "--json"]);

  expect(markdown.stdout).toContain("| newer | updated | 1.0 | 1.10 |");
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "thoth.diff",
    counts: { added: 1, removed: 1, updated: 1, downgraded: 1, hashes: 1, unchanged: 1 },
  });
});

test("what names no lock, and a lock that holds a merge conflict, are told as such", async () => {
  const project = committed();
  project.write({ "bad.lock": `{\n<<<<<<< HEAD\n    "default": {}\n=======\n>>>>>>> other\n}\n` });

  const nothing = await thoth(project, ["diff", "nowhere"]);
  const conflict = await thoth(project, ["diff", "bad.lock"]);
  const option = await thoth(project, ["diff", "--", "--output=x"]);

  expect(nothing).toMatchObject({ exitCode: 2, stdout: "" });
  expect(nothing.stderr).toContain("`nowhere` names no lock");
  expect(conflict.stderr).toContain("the lock holds an unresolved merge conflict");
  expect(option.exitCode).toBe(2);
});
