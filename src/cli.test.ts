import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wheel } from "../fixtures/packages.ts";
import { makeProject, startThoth, type TestProject, thoth } from "../fixtures/rig.ts";
import { servedIndex } from "../fixtures/served-index.ts";
import { thothInTerminal } from "../fixtures/terminal.ts";
import { pinsOf } from "../fixtures/told.ts";

const pipfile = '[packages]\nflask = "*"\n';
const flask = wheel({ name: "flask", version: "1.0" });
const cheap = ["advise", "--verify", "none"];

test("help names every command, and costs nothing else", async () => {
  const run = await thoth(makeProject(), ["--help"]);

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  for (const name of ["advise", "solve", "investigate", "si-scan", "runtimes", "knowledge"]) {
    expect(run.stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  }
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends the run by that signal: no half lock, and what was asked waits",
  async (signal) => {
    const index = await servedIndex([flask]);
    index.fail("/simple/flask/", { kind: "stall" });
    const project = makeProject({ pipfile });
    const started = startThoth(project, ["advise"], { index: index.url });
    await started.seen("learning: 1 fact");
    await requested(() => index.requests().length);

    started.kill(signal);
    const run = await started.finished;

    expect(run).toEqual({
      exitCode: null,
      signal,
      stdout: "",
      stderr: `learning: 1 fact

stopping; once more ends at once
it was learning 1 fact; nothing new was learnt yet
no complete stack is known yet
no Pipfile.lock was written
`,
    });
    expect(project.files()).toEqual({ Pipfile: pipfile });
    expect(await waiting(project)).toEqual(["2", "0", "0"]);
    index.mend("/simple/flask/");
    expect(await thoth(project, ["advise"], { index: index.url })).toMatchObject({ exitCode: 0 });
    expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["flask==1.0"]);
    expect(await waiting(project)).toEqual(["0", "0", "0"]);
  },
);

test.each([["advise"], ["why", "flask"]])(
  "a signal that comes while the program starts ends thoth %s in good order",
  async (...args) => {
    const project = makeProject({ pipfile });
    const hook = join(project.home, "signal.cjs");
    const script = `const vm = require("node:vm");
const { Script } = vm;
vm.Script = class extends Script {
  constructor(...given) {
    super(...given);
    process.kill(process.pid, "SIGINT");
  }
};
`;
    writeFileSync(hook, script);

    const run = await thoth(project, args, { env: { NODE_OPTIONS: `--require=${hook}` } });

    expect(run).toMatchObject({ exitCode: null, signal: "SIGINT", stdout: "" });
    expect(run.stderr).toBe("\nstopping; once more ends at once\n");
    expect(project.files()).toEqual({ Pipfile: pipfile });
  },
);

async function requested(count: () => number): Promise<void> {
  while (count() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Messages that are ready, in work, dead. */
async function waiting(project: TestProject): Promise<readonly string[]> {
  const { stdout } = await thoth(project, ["knowledge", "stats"]);
  return [...stdout.matchAll(/^(?:messages|dead) .* (\d+)$/gm)].map(([, count = ""]) => count);
}

test.each([0, 1, 40])("a terminal of %i columns is no reason to fail", async (columns) => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });

  const run = await thothInTerminal(project, cheap, { index: index.url, columns });

  expect(run.exitCode).toBe(0);
  expect(run.screen).toContain("flask");
  expect(run.screen).toContain("Locked 1 package");
});

test("a reader that goes away early changes nothing", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });

  const run = await thoth(project, [...cheap, "--verbose"], {
    index: index.url,
    shell: '{ "$@"; echo "exit $?" >&2; } | true',
  });

  expect(run.stderr).toBe("learning: 1 fact\nexit 0\n");
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["flask==1.0"]);
});

test("a full disk behind stdout is an error", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });

  const run = await thoth(project, cheap, { index: index.url, shell: '"$@" > /dev/full' });

  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain("error[THOTH-E0412]: no space left to write `standard output`");
});

test.each([
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, [], false],
  [{ FORCE_COLOR: "1" }, [], true],
  [{ NO_COLOR: "1" }, ["--color", "always"], true],
  [{ FORCE_COLOR: "1" }, ["--color", "never"], false],
])("colours with %j and %j: %s", async (env, args, colored) => {
  const run = await thoth(makeProject(), ["advise", ...args], { env });

  expect(run.exitCode).toBe(2);
  expect(run.stderr.includes("\u001b[")).toBe(colored);
});

test("--quiet says the closing sentence only", async () => {
  const index = await servedIndex([flask]);
  const project = makeProject({ pipfile });

  const run = await thoth(project, [...cheap, "--quiet"], { index: index.url });

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toMatch(/^Locked 1 package for \S+ in [\d.]+ m?s\n$/);
});

test("--json with an error leaves stdout to nobody else", async () => {
  const run = await thoth(makeProject(), ["advise", "--json"]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("error[THOTH-E0105]");
});

test("control characters of a package's text never reach the terminal", async () => {
  const index = await servedIndex([
    { distribution: flask, yanked: "see \u001b[31mred\u001b[0m \u202egnp.exe" },
  ]);
  const project = makeProject({ pipfile: '[packages]\nflask = "==1.0"\n' });

  const run = await thoth(project, cheap, { index: index.url });

  expect(run.stderr).toContain("flask 1.0 is yanked (see red gnp.exe)");
});
