import { expect, test } from "vitest";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

test("what does not import or build is never locked, its reason is told, and it is not tried twice", async () => {
  const index = await servedIndex([
    wheel({ name: "fragile", version: "1.0" }),
    wheel({ name: "fragile", version: "2.0", files: { "fragile/__init__.py": "print 'two'\n" } }),
    wheel({ name: "compiled", version: "1.0" }),
    sdist({ name: "compiled", version: "2.0", atBuild: 'raise SystemExit("no compiler here")' }),
  ]);
  const project = makeProject({ pipfile: '[packages]\ncompiled = "*"\nfragile = "*"\n' });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(told(run.stdout)).toBe(`+  compiled  1.0
+  fragile   1.0
compiled 1.0, not 2.0: 2.0 does not build
fragile 1.0, not 2.0: 2.0 does not import: not valid for this Python
installed and imported: 2 of 2
knowledge: revision R, oldest part confirmed less than a minute ago
advisories: none imported, so nobody knows which apply (\`thoth advisories update --from FILE\`)
Locked 2 packages for RUNTIME in TIME
`);
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual([
    "compiled==1.0",
    "fragile==1.0",
  ]);
  index.forgetRequests();
  const again = await thoth(project, ["advise", "--upgrade"], { index: index.url });
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  expect(index.requests()).toEqual([]);
});

test("a module that lacks a library of the system, or settings, does not exclude its release", async () => {
  const index = await servedIndex([
    wheel({
      name: "drawing",
      version: "1.0",
      files: {
        "drawing/__init__.py":
          'raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")\n',
      },
    }),
    wheel({
      name: "configured",
      version: "1.0",
      files: { "configured/__init__.py": 'raise RuntimeError("settings are not configured")\n' },
    }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nconfigured = "*"\ndrawing = "*"\n' });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("installed and imported: 0 of 2; 2 failed: ");
  expect(run.stdout).toContain("drawing 1.0 (needs a system library to run");
  expect(run.stdout).toContain("configured 1.0 (raises an error when imported");
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual([
    "configured==1.0",
    "drawing==1.0",
  ]);
});

test("a package of which no release works has no stack, and every reason is told", async () => {
  const index = await servedIndex([
    wheel({ name: "fragile", version: "1.0", files: { "fragile/__init__.py": "print 'one'\n" } }),
    wheel({ name: "fragile", version: "2.0", files: { "fragile/__init__.py": "print 'two'\n" } }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nfragile = "*"\n' });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(
    "rejected fragile 2.0, it does not import: not valid for this Python: SyntaxError: Missing parentheses",
  );
  expect(run.stderr).toContain(
    "= fragile 1.0 to 2.0 (2 releases): each does not import: not valid for this Python\n",
  );
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test("--verify none installs nothing and fetches no file", async () => {
  const index = await servedIndex([
    wheel({ name: "fragile", version: "2.0", files: { "fragile/__init__.py": "print 'two'\n" } }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nfragile = "*"\n' });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("installed and imported: none of 1 (--verify none)\n");
  expect(index.requests().map(({ path }) => path)).toEqual([
    "/simple/fragile/",
    "/files/fragile-2.0-py3-none-any.whl.metadata",
  ]);
});
