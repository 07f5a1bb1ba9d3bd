import { expect, test } from "vitest";
import { makeProject, thoth } from "../../fixtures/rig.ts";

const files = {
  ".thoth.yaml": `runtime_environments:
  - name: ubi8-py36
    operating_system:
      name: rhel
      version: "8"
    python_version: "3.6"
`,
};

test("declared runtimes come first, then those of the machine", async () => {
  const run = await thoth(makeProject({ files }), ["runtimes"]);

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  const [heading, declared, found] = run.stdout.split("\n");
  expect(heading).toMatch(/^RUNTIME +PYTHON +SYSTEM +INTERPRETER$/);
  expect(declared).toMatch(/^ubi8-py36 +3\.6\S* +rhel 8 /);
  expect(found).toMatch(/^\S+-cp3\d+ +3\.\d+\.\d+ +.*\/python/);
});

test("--json names interpreters and markers", async () => {
  const run = await thoth(makeProject({ files }), ["runtimes", "--json"]);

  const { schema, runtimes } = JSON.parse(run.stdout);
  expect(schema).toBe("thoth.runtimes");
  expect(runtimes[0]).toMatchObject({ id: "ubi8-py36", markers: { python_version: "3.6" } });
  expect(runtimes[1].interpreter).toMatch(/^\//);
});

const lost = {
  ".thoth.yaml": "runtime_environments:\n  - name: other\n    rootfs: nowhere\n",
};

test("a declared system whose folder is missing is told beside those that there are", async () => {
  const project = makeProject({ files: lost });
  const run = await thoth(project, ["runtimes"]);
  const asked = await thoth(project, ["runtimes", "--json"]);

  expect(run).toMatchObject({ exitCode: 4, stdout: expect.stringMatching(/-cp3\d+ /) });
  expect(run.stderr).toMatch(
    /^error\[THOTH-E0408\]: runtime `other`: there is no folder `\/.*\/nowhere`\n {2}--> \.thoth\.yaml:2:5\n/,
  );
  expect(JSON.parse(asked.stdout).unusable).toMatchObject([{ id: "other", code: "THOTH-E0408" }]);
});

test("who asks for that system is refused, who asks for another is not", async () => {
  const project = makeProject({ files: lost, pipfile: "[packages]\n" });

  const [refused, other] = [
    await thoth(project, ["advise", "--runtime", "other"]),
    await thoth(project, ["advise", "--python", "3.99"]),
  ];

  expect(refused).toMatchObject({ exitCode: 4, stdout: "" });
  expect(refused.stderr).toContain("help: make it, e.g. `debootstrap ");
  expect(other.exitCode).toBe(0);
});

test("a machine without Python has no runtime, which is an answer", async () => {
  const env = { PATH: "/nonexistent", PYENV_ROOT: "/nonexistent" };

  const run = await thoth(makeProject(), ["runtimes"], { env });

  expect(run).toEqual({ exitCode: 0, signal: null, stdout: "No runtime found\n", stderr: "" });
});
