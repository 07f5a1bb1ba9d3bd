import { expect, test } from "vitest";
import { unusedOrigin } from "../../fixtures/index-server.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

const flask = '[packages]\nflask = "*"\n';
const oldLock = '{"_meta": {}, "default": {}}\n';

test("an index that refuses connections is told as that", async () => {
  const project = makeProject({ pipfile: flask, lock: oldLock });
  const index = `${await unusedOrigin()}/simple`;

  const run = await thoth(project, ["advise"], { index, timeoutMs: 5_000 });

  expect({ ...run, stderr: told(run.stderr) }).toEqual({
    exitCode: 4,
    signal: null,
    stdout: "",
    stderr: `learning: 1 fact
error[THOTH-E0401]: the index \`http://INDEX/simple/flask/\` is unreachable: connection refused (ECONNREFUSED)
   = cause: connect ECONNREFUSED INDEX
help: check the address (\`--index-url\`), or use what is known with \`--offline\`
`,
  });
  expect(project.files()).toEqual({ Pipfile: flask, "Pipfile.lock": oldLock });
});

test("a host that there is not is told as that", async () => {
  const project = makeProject({ pipfile: flask });

  const run = await thoth(project, ["advise", "--index-url", "http://no-such-host.invalid/simple"]);

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain("no-such-host.invalid/simple/flask/` is unreachable");
});

test.each([
  ["garbage", { kind: "garbage" }, "THOTH-E0403"],
  ["half a page", { kind: "truncate", afterBytes: 20 }, "THOTH-E0403"],
  ["401", { kind: "status", status: 401 }, "THOTH-E0402"],
  ["403", { kind: "status", status: 403 }, "THOTH-E0402"],
  ["500", { kind: "status", status: 500 }, "THOTH-E04"],
] as const)("an index that answers %s is an environment error", async (_, fault, code) => {
  const index = await servedIndex([wheel({ name: "flask", version: "1.0" })]);
  index.fail("*", fault);
  const project = makeProject({ pipfile: flask, lock: oldLock });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 4, stdout: "" });
  expect(run.stderr).toContain(`error[${code}`);
  expect(run.stderr).toContain("/simple/flask/");
  expect(run.stderr).not.toMatch(/\n {4}at |bug of Thoth/);
  expect(project.files()).toEqual({ Pipfile: flask, "Pipfile.lock": oldLock });
});

test("an index that stalls is given up after --timeout, and what was learnt is kept", async () => {
  const index = await servedIndex([wheel({ name: "flask", version: "1.0" })]);
  index.fail("/simple/flask/", { kind: "stall", afterBytes: 10 });
  const project = makeProject({ pipfile: flask });

  const run = await thoth(project, ["advise", "--timeout", "8"], { index: index.url });

  expect({ ...run, stderr: told(run.stderr) }).toEqual({
    exitCode: 4,
    signal: null,
    stdout: "",
    stderr: `learning: 1 fact
error[THOTH-E0413]: not done within the TIME of --timeout
   = it was learning 1 fact; nothing new was learnt yet
   = no complete stack is known yet
   = no Pipfile.lock was written
help: what was learnt is kept: the next run goes on from there
`,
  });
  index.mend("/simple/flask/");
  const again = await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  expect(again.exitCode).toBe(0);
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["flask==1.0"]);
});

test("a file that is not what the index promised is never locked", async () => {
  const honest = wheel({ name: "flask", version: "1.0" });
  const index = await servedIndex([honest, wheel({ name: "flask", version: "2.0" })]);
  index.fail("/files/flask-2.0-py3-none-any.whl", { kind: "corrupt" });
  const project = makeProject({ pipfile: flask });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("flask 1.0, not 2.0: 2.0 is not the file that the index promised");
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["flask==1.0"]);
});

test("a package that the index lacks is told with its line", async () => {
  const index = await servedIndex([wheel({ name: "flask", version: "1.0" })]);
  const project = makeProject({ pipfile: '[packages]\nflask = "*"\nno-such = "*"\n' });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect({ ...run, stdout: told(run.stdout) }).toEqual({
    exitCode: 1,
    signal: null,
    stdout: "No stack for RUNTIME: Pipfile.lock was not touched (TIME)\n",
    stderr: `learning: 2 facts
error[THOTH-E0201]: no package \`no-such\` on the index
  --> Pipfile:3:1
   |
 3 | no-such = "*"
   | ^^^^^^^ you ask for any version
help: \`thoth explain THOTH-E0201\` says what may be done
`,
  });
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test("a package with yanked releases only has none", async () => {
  const index = await servedIndex([
    { distribution: wheel({ name: "flask", version: "1.0" }), yanked: "broken" },
  ]);
  const project = makeProject({ pipfile: flask });

  const run = await thoth(project, ["advise"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("= flask 1.0 is yanked (broken)\n");
});

test("an exact pin may be yanked, with a warning", async () => {
  const index = await servedIndex([
    { distribution: wheel({ name: "flask", version: "1.0" }), yanked: "broken" },
    wheel({ name: "flask", version: "2.0" }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nflask = "==1.0"\n' });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain(
    "warning: flask 1.0 is yanked (broken); Pipfile:2 asks for exactly this release\n",
  );
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["flask==1.0"]);
});

test("a conflict underlines who asks for what, and its fix is one that works", async () => {
  const index = await servedIndex([
    wheel({ name: "flask", version: "1.0", requires: ["werkzeug>=0.15,<2.0"] }),
    wheel({ name: "werkzeug", version: "1.0" }),
    wheel({ name: "werkzeug", version: "3.0" }),
  ]);
  const project = makeProject({
    pipfile: '[packages]\nflask = "*"\nwerkzeug = ">=2"\n',
    lock: oldLock,
  });

  const run = await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  expect({ ...run, stdout: told(run.stdout) }).toEqual({
    exitCode: 1,
    signal: null,
    stdout: "No stack for RUNTIME: Pipfile.lock was not touched (TIME)\n",
    stderr: `learning: 2 facts
error[THOTH-E0201]: no version of werkzeug satisfies everyone
  --> Pipfile:2:1
   |
 2 | flask = "*"
   | ^^^^^ you ask for any version
 3 | werkzeug = ">=2"
   | ^^^^^^^^ you ask for >=2
   = flask 1.0 needs werkzeug <2.0,>=0.15
help: werkzeug = "~=1.0" (Pipfile:3) resolves: werkzeug 1.0, flask 1.0
`,
  });
  expect(project.files()["Pipfile.lock"]).toBe(oldLock);
});

test("a package that is for a newer Python is told as that", async () => {
  const index = await servedIndex([
    wheel({ name: "flask", version: "1.0", requiresPython: ">=3.9" }),
  ]);
  const project = makeProject({ pipfile: flask });

  const run = await thoth(project, ["advise", "--python", "3.8"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(
    "error[THOTH-E0201]: no version of flask that is asked for works on Python 3.8",
  );
  expect(run.stderr).toContain("flask 1.0 needs Python >=3.9");
});

test("offline with nothing known lists what is missing", async () => {
  const index = await servedIndex([]);
  const project = makeProject({
    pipfile: '[packages]\nflask = "*"\n\n[dev-packages]\npytest = "*"\n',
  });

  const run = await thoth(project, ["advise", "--offline"], { index: index.url });

  expect({ ...run, stdout: told(run.stdout) }).toEqual({
    exitCode: 3,
    signal: null,
    stdout: `missing: releases of flask (needed by Pipfile:2)
missing: releases of pytest (needed by Pipfile:5)
knowledge: revision R, offline, nothing was asked for
advisories: none imported, so nobody knows which apply (\`thoth advisories update --from FILE\`)
Incomplete for RUNTIME: 2 facts missing (TIME)
`,
    stderr: "",
  });
  expect(index.requests()).toEqual([]);
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test("--exit-zero maps the answers no and incomplete, never an error", async () => {
  const index = await servedIndex([]);
  const project = makeProject({ pipfile: flask });
  const { url } = index;

  const offline = await thoth(project, ["advise", "--offline", "--exit-zero"], { index: url });
  const no = await thoth(project, ["advise", "--exit-zero"], { index: url });
  index.fail("*", { kind: "status", status: 403 });
  project.write({ Pipfile: '[packages]\nother = "*"\n' });
  const error = await thoth(project, ["advise", "--exit-zero"], { index: url });

  expect([offline.exitCode, no.exitCode, error.exitCode]).toEqual([0, 0, 4]);
});
