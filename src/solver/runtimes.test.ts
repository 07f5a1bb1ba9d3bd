import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Runtime } from "../model/runtime.ts";
import { discoverRuntimes, runtimeOf } from "./runtimes.ts";

const folder = mkdtempSync(join(tmpdir(), "thoth-runtimes-test-"));
let found: readonly Runtime[];
let first: Runtime;

beforeAll(async () => {
  found = await discoverRuntimes({ cacheDirectory: folder });
  const [best] = found;
  if (best === undefined) throw new Error("these tests need a Python on this machine");
  first = best;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a runtime of this machine says what markers and wheels need", () => {
  expect(first.id).toMatch(/^linux-(glibc|musl)\d+-\w+-(cp|pp)\d+t?$/);
  expect(first.python).toMatch(/^\d\.\d+$/);
  expect(first.pythonFull.startsWith(`${first.python}.`)).toBe(true);
  expect(first.markers).toMatchObject({ os_name: "posix", python_version: first.python });
  expect(Object.values(first.markers).every((value) => value !== "")).toBe(true);
  expect(first.tags[0]).toContain(first.markers.platform_machine);
  expect(first.tags.at(-1)).toMatch(/-none-any$/);
});

test("each runtime is listed once", () => {
  expect(new Set(found.map((runtime) => runtime.id)).size).toBe(found.length);
});

test("what was probed once is read from the cache until the file changes", async () => {
  const home = mkdtempSync(join(folder, "home-"));
  const python = join(home, "python3");
  const count = join(home, "count");
  const script = `#!/bin/sh\necho run >> ${count}\nexec ${first.interpreter} "$@"\n`;
  writeFileSync(python, script);
  chmodSync(python, 0o755);
  const options = {
    cacheDirectory: join(home, "cache"),
    places: { environment: { PATH: home }, home },
  };

  const fresh = await discoverRuntimes(options);
  const cached = await discoverRuntimes(options);
  writeFileSync(python, `${script}\n# changed\n`);
  await discoverRuntimes(options);

  expect(cached).toEqual(fresh);
  expect(fresh[0]?.id).toBe(first.id);
  expect(readFileSync(count, "utf8")).toBe("run\nrun\n");
});

test("a file that only looks like Python is passed over, and not tried again", async () => {
  const home = mkdtempSync(join(folder, "home-"));
  const count = join(home, "count");
  writeFileSync(join(home, "python3"), `#!/bin/sh\necho run >> ${count}\nexit 1\n`);
  chmodSync(join(home, "python3"), 0o755);
  const options = {
    cacheDirectory: join(home, "cache"),
    places: { environment: { PATH: home }, home },
  };

  expect(await discoverRuntimes(options)).toEqual([]);
  expect(await discoverRuntimes(options)).toEqual([]);
  expect(readFileSync(count, "utf8")).toBe("run\n");
});

test("a shim of pyenv stands for the version that pyenv has selected", async () => {
  const home = mkdtempSync(join(folder, "home-"));
  const pyenv = join(home, ".pyenv");
  for (const name of ["shims", "versions/3.1.0/bin", "versions/3.99.0/bin"]) {
    mkdirSync(join(pyenv, name), { recursive: true });
  }
  writeFileSync(join(pyenv, "shims", "python3"), "#!/bin/sh\nexit 1\n");
  symlinkSync(first.interpreter ?? "", join(pyenv, "versions/3.1.0/bin/python"));
  writeFileSync(join(pyenv, "version"), "3.1.0\n");

  const runtimes = await discoverRuntimes({
    cacheDirectory: join(home, "cache"),
    places: { environment: { PATH: join(pyenv, "shims") }, home },
  });

  expect(runtimes.map((runtime) => runtime.interpreter)).toEqual([first.interpreter]);
});

test("a link stands for the Python it leads to", async () => {
  symlinkSync(first.interpreter ?? "", join(folder, "python-link"));

  const runtime = await runtimeOf(join(folder, "python-link"), { cacheDirectory: folder });

  expect(runtime.interpreter).toBe(first.interpreter);
});

test("a named interpreter that is none is an error the user can mend", async () => {
  const run = runtimeOf("/nonexistent/python", { cacheDirectory: folder });

  await expect(run).rejects.toMatchObject({ code: "no-python" });
});
