import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, startThoth, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

const pipfile = '[packages]\nweb = "*"\n';
const first = wheel({ name: "web", version: "1.0" });
const second = wheel({ name: "web", version: "2.0" });
const again = ["--freshness", "0"];

test("a new release is told, solved where its package is used, and asked for once", async () => {
  const { index, project, run } = await advised([first]);
  index.add(second);

  const refreshed = await run(["refresh", ...again]);
  const investigated = await run(["investigate"]);
  index.forgetRequests();
  const later = await run(["refresh", ...again]);
  await run(["investigate"]);

  expect(refreshed).toMatchObject({ exitCode: 0, stderr: "refreshing 1/1 web\n" });
  expect(cost(refreshed.stdout)).toBe(
    [
      "web: released 2.0",
      "Asked for 1 package, 1 changed, 0 as before (BYTES in TIME)",
      "Queued 2 messages: 1 package_released, 1 unresolved_package",
      "`thoth investigate` handles them",
      "",
    ].join("\n"),
  );
  expect(investigated.exitCode).toBe(0);
  expect(cost(later.stdout)).toBe("Asked for 1 package, 1 as before (BYTES in TIME)\n");
  expect(index.requests()).toMatchObject([{ path: "/simple/web/", status: 304 }]);
  const offline = await run(["advise", "--upgrade", "--offline"]);
  expect(offline.exitCode).toBe(0);
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["web==2.0"]);
});

test("a version that vanished is advised no longer nor asked for, until it is listed again", async () => {
  const { index, project, run } = await advised([first, second]);
  index.remove(second.filename);

  const refreshed = await run(["refresh", ...again]);
  await run(["investigate"]);
  index.forgetRequests();
  const moved = await run(["advise"]);

  expect(refreshed.stdout).toContain("web: vanished 2.0\n");
  expect(refreshed.stdout).toContain("1 missing_version");
  expect(moved.exitCode).toBe(0);
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["web==1.0"]);
  expect(index.requests().filter(({ path }) => path.includes("2.0"))).toEqual([]);

  index.add(second);
  const back = await run(["refresh", ...again]);
  await run(["advise", "--upgrade"]);
  expect(back.stdout).toContain("web: released 2.0\n");
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["web==2.0"]);
});

test("a package that vanished is told as one, and known again once it is back", async () => {
  const { index, run } = await advised([first]);
  index.remove(first.filename);

  const refreshed = await run(["refresh", ...again]);
  await run(["investigate"]);
  const refused = await run(["advise", "--offline"]);
  index.add(first);
  const back = await run(["refresh", ...again]);

  expect(refreshed.stdout).toContain("web: has vanished from its index\n");
  expect(refreshed.stdout).toContain("Queued 1 message: 1 missing_package\n");
  expect(refused.exitCode).toBe(1);
  expect(back.stdout).toContain("web: released 1.0\n");
  expect((await run(["advise", "--offline"])).exitCode).toBe(0);
});

test("a file that was replaced is solved again, and locked with its new hash", async () => {
  const { index, project, run } = await advised([first]);
  const replaced = wheel({ name: "web", version: "1.0", headers: ["License: MIT"] });
  index.add(replaced);

  const refreshed = await run(["refresh", ...again]);
  index.forgetRequests();
  await run(["investigate"]);
  const offline = await run(["advise", "--offline"]);

  expect(refreshed.stdout).toContain("web: files replaced of 1.0\n");
  expect(refreshed.stdout).toContain("1 hash_mismatch");
  expect(index.requests().map(({ path }) => path)).toContain(`/files/${replaced.filename}`);
  expect(offline.exitCode).toBe(0);
  expect(project.files()["Pipfile.lock"]).toContain(replaced.sha256);
  expect(project.files()["Pipfile.lock"]).not.toContain(first.sha256);
});

test("one bad page stops no other, and is told with exit code 3", async () => {
  const { index, run } = await advised([first, wheel({ name: "core", version: "1.0" })], {
    pipfile: '[packages]\nweb = "*"\ncore = "*"\n',
  });
  index.add(second);
  index.fail("/simple/core/", { kind: "garbage" });

  const refreshed = await run(["refresh", ...again]);

  expect(refreshed.exitCode).toBe(3);
  expect(refreshed.stdout).toContain("web: released 2.0\n");
  expect(told(refreshed.stdout)).toContain(
    "not refreshed: core: the index `http://INDEX/simple/core/` sends garbage",
  );
});

test("an index that is down is told with exit code 4", async () => {
  const { index, run } = await advised([first]);
  index.fail("*", { kind: "disconnect" });

  const refreshed = await run(["refresh", ...again]);

  expect(refreshed.exitCode).toBe(4);
  expect(told(refreshed.stdout)).toContain("down: http://INDEX/simple: the index");
});

test("--dry-run asks and queues nothing, and says what would be", async () => {
  const { index, run } = await advised([first]);
  index.add(second);
  await run(["refresh", "--max", "0", ...again]);
  index.forgetRequests();

  const planned = await run(["refresh", "--dry-run", ...again]);

  expect(planned.stdout).toBe(
    "Would ask for 1 package\nWould queue 1 message: 1 unresolved_package\n",
  );
  expect(index.requests()).toEqual([]);
  expect((await run(["refresh"])).stdout).toContain("Nothing to ask for: 1 package is fresh\n");
});

test("stopped, it keeps what it learnt", async () => {
  const { index, project, run } = await advised([first, wheel({ name: "core", version: "1.0" })], {
    pipfile: '[packages]\nweb = "*"\ncore = "*"\n',
  });
  index.add(second);
  index.fail("/simple/core/", { kind: "stall" });
  const started = startThoth(project, ["refresh", ...again], { index: index.url });
  await started.seen("refreshing 1/2 web");
  started.kill("SIGTERM");

  expect(await started.finished).toMatchObject({ signal: "SIGTERM" });
  index.mend("/simple/core/");
  const rest = await run(["refresh", ...again, "--json"]);
  expect(JSON.parse(rest.stdout)).toMatchObject({ schema: "thoth.refresh", changes: [] });
  expect((await run(["knowledge", "show", "web"])).stdout).toContain("2.0");
});

test("who only runs advise gets no queue of what changed", async () => {
  const { index, project, run } = await advised([first]);
  index.add(second);
  index.remove(first.filename);

  await run(["advise"], { THOTH_FRESHNESS: "0" });

  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["web==2.0"]);
  expect((await run(["knowledge", "stats"])).stdout).toMatch(/messages ready +0\n/);
});

test("what advice sees of a watched project's lock waits for the investigator", async () => {
  const { index, project, run } = await advised([first, second]);
  await run(["watch", project.directory]);
  index.remove(second.filename);
  const other = makeProject({ pipfile });

  await thoth(other, ["advise", "--store", project.store], {
    index: index.url,
    env: { THOTH_FRESHNESS: "0" },
  });

  expect((await run(["knowledge", "stats"])).stdout).toMatch(/messages ready +1\n/);
});

async function advised(
  files: Parameters<typeof servedIndex>[0],
  options: { readonly pipfile?: string } = {},
) {
  const index = await servedIndex(files);
  const project = makeProject({ pipfile, ...options });
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    thoth(project, args, { index: index.url, env });
  const { exitCode, stderr } = await run(["advise"]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return { index, project, run } satisfies { project: TestProject; [key: string]: unknown };
}

function cost(stdout: string): string {
  return told(stdout).replaceAll(/\d+(\.\d+)? k?B/g, "BYTES");
}
