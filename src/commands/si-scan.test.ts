import { expect, test } from "vitest";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

/** Finds fault with every line that calls eval, and reports as bandit does. */
const scanner = `
import json, os, sys

results, lines = [], 0
for folder, _, names in os.walk(sys.argv[-1]):
    for name in names:
        path = os.path.join(folder, name)
        for number, line in enumerate(open(path), 1):
            lines += 1
            if "eval(" in line:
                results.append({
                    "issue_severity": "HIGH", "issue_confidence": "MEDIUM", "test_id": "B307",
                    "issue_text": "eval", "filename": path, "line_number": number,
                })
json.dump({"errors": [], "metrics": {"_totals": {"loc": lines}}, "results": results}, sys.stdout)
`;

const bandit = wheel({
  name: "bandit",
  version: "1.8.0",
  files: { "bandit/__init__.py": "", "bandit/__main__.py": scanner },
});
const code = { "core/__init__.py": 'x = eval("1")\n', "core/more.py": "y = 2\n" };

test("a source distribution is scanned once; what is known is told again without any work", async () => {
  const index = await servedIndex([
    bandit,
    sdist({ name: "core", version: "1.0", files: code }),
    wheel({ name: "core", version: "1.0", files: { "core/__init__.py": "" } }),
  ]);
  const project = makeProject();

  const run = await thoth(project, ["si-scan", "core==1.0"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain(" in core-1.0.tar.gz");
  expect(run.stdout).toContain("by bandit 1.8.0\n");
  expect(run.stdout).toMatch(/^severity high +0 +1 +0 +0$/m);
  expect(run.stdout).toContain("high/medium B307 core-1.0/core/__init__.py:1: eval\n");
  index.forgetRequests();
  const again = await thoth(project, ["si-scan", "core==1.0", "--json"], { index: index.url });
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(again.stdout)).toMatchObject({
    schema: "thoth.security",
    release: "core==1.0",
    fact: { outcome: "scanned" },
  });
  expect(index.requests()).toEqual([]);
});

test("that there is no source distribution is recorded once, and the wheel is scanned", async () => {
  const index = await servedIndex([bandit, wheel({ name: "core", version: "1.0", files: code })]);
  const project = makeProject();

  const run = await thoth(project, ["si-scan", "core==1.0"], { index: index.url });
  await thoth(project, ["investigate"], { index: index.url });
  index.forgetRequests();
  const again = await thoth(project, ["si-scan", "core==1.0", "--json"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain("core-1.0-py3-none-any.whl");
  expect(run.stdout).toContain("high/medium B307 core/__init__.py:1: eval\n");
  expect(again.exitCode).toBe(0);
  expect(JSON.parse(again.stdout).fact.outcome).toBe("no-source-distribution");
  expect(index.requests()).toEqual([]);
});

test("a release that the index lacks is no finding and no success", async () => {
  const index = await servedIndex([bandit, wheel({ name: "core", version: "1.0" })]);

  const run = await thoth(makeProject(), ["si-scan", "core==9.0"], { index: index.url });

  expect(run.exitCode).toBe(3);
  expect(run.stdout).toContain("core==9.0: the scan failed\n  vanished: ");
});

test("where bandit can't be had, that is an environment error with a way out", async () => {
  const index = await servedIndex([sdist({ name: "core", version: "1.0" })]);

  const run = await thoth(makeProject(), ["si-scan", "core==1.0"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0410]: bandit could not be installed");
  expect(run.stderr).toContain("help: `pip install bandit`");
});
