import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { makeSystem } from "../../fixtures/other-system.ts";
import { sdist, wheel } from "../../fixtures/packages.ts";
import type { Runtime } from "../model/runtime.ts";
import { buildWheel } from "./build.ts";
import { checkInstalled } from "./install-check.ts";
import { requirePip } from "./installation.ts";
import { installationFor } from "./installations.ts";
import { type TestMachine, testMachine } from "./machine.test-helper.ts";
import { type RootDeclaration, rootRuntime } from "./root-runtime.ts";

let machine: TestMachine;
let runtime: Runtime;
const root = mkdtempSync(join(tmpdir(), "thoth-system-test-"));

beforeAll(async () => {
  machine = await testMachine();
  const { interpreter = "", python } = machine.runtime;
  const pip = requirePip(await installationFor(machine.runtime)).path;
  makeSystem(root, { interpreter, python, pip });
  runtime = await described({});
}, 60_000);
afterAll(() => {
  machine.remove();
  rmSync(root, { recursive: true });
}, 60_000);

function described(declaration: Partial<RootDeclaration>): Promise<Runtime> {
  const { cacheDirectory } = machine;
  return rootRuntime({ name: "other", rootfs: root, ...declaration }, { cacheDirectory });
}

async function importing(...lines: readonly string[]) {
  const { cacheDirectory, sandbox } = machine;
  const demo = { name: "demo", version: "1.0", files: { "demo.py": `${lines.join("\n")}\n` } };
  const pins = [machine.pin(wheel(demo))];
  const facts = await checkInstalled({ runtime, sandbox, pins, context: [], cacheDirectory });
  return facts.get("demo==1.0");
}

test("a system in a folder is described by its own Python", () => {
  expect(runtime).toMatchObject({
    id: "other",
    operatingSystem: { name: "testos", version: "7" },
    python: machine.runtime.python,
    interpreter: `/usr/bin/python${machine.runtime.python}`,
    root,
  });
});

test("what is imported there sees that system and nothing of this machine", async () => {
  const fact = await importing(
    "import os, resource",
    "assert 'testos' in open('/etc/os-release').read()",
    `assert not os.path.exists(${JSON.stringify(process.cwd())})`,
    `assert not os.path.exists(${JSON.stringify(root)})`,
    "assert os.getuid() != 0 and not os.access('/usr', os.W_OK)",
    "assert 'THOTH_LIMITS' not in os.environ",
    "assert 0 < resource.getrlimit(resource.RLIMIT_DATA)[0] < 1 << 40",
    "assert 0 < resource.getrlimit(resource.RLIMIT_FSIZE)[0] < 1 << 40",
  );

  expect([fact?.detail, fact?.modules]).toEqual([undefined, ["demo"]]);
});

test("a source distribution is built there, and nothing is left in the folder", async () => {
  const before = readdirSync(root);
  const { cacheDirectory, sandbox } = machine;
  const atBuild = "assert 'testos' in open('/etc/os-release').read()";
  const source = { archive: machine.pin(sdist({ name: "demo", version: "1.0", atBuild })).path };

  const built = await buildWheel({ runtime, sandbox, source, buildWheels: [], cacheDirectory });

  expect(built).toMatchObject({ ok: true });
  expect(readdirSync(root)).toEqual(before);
});

test("memory is limited there, too", async () => {
  expect(await importing("x = bytearray(64 * 1024 ** 3)")).toMatchObject({
    failure: "out-of-memory",
  });
});

test("without a sandbox nothing is tried out there", async () => {
  const pins = [machine.pin(wheel({ name: "demo", version: "1.0" }))];
  const { cacheDirectory } = machine;
  const check = { runtime, sandbox: undefined, pins, context: [], cacheDirectory };

  await expect(checkInstalled(check)).rejects.toMatchObject({ code: "no-sandbox" });
});

test.each([
  ["what it holds", {}],
  ["its system without a version", { operatingSystem: { name: "TestOS" } }],
  ["its system and version", { operatingSystem: { name: "testos", version: "7" } }],
])("a declaration may name %s", async (_what, declaration) => {
  expect((await described(declaration)).id).toBe("other");
});

test.each([
  ["another system", { operatingSystem: { name: "debian", version: "11" } }, "unknown-runtime"],
  ["another version", { operatingSystem: { name: "testos", version: "8" } }, "unknown-runtime"],
  ["a Python that is not there", { pythonVersion: "3.99" }, "no-python"],
  ["a folder that is not there", { rootfs: "/nonexistent" }, "no-python"],
  ["a folder that holds the user's home", { rootfs: "/" }, "no-sandbox"],
])("a declaration that names %s is refused, with help", async (_what, declaration, code) => {
  const refused = described({ place: { file: ".thoth.yaml", line: 2, column: 5 }, ...declaration });

  await expect(refused).rejects.toMatchObject({ code, hint: expect.stringMatching(/\w/) });
});

/** A folder with this file as its Python. */
function withPython(bytes: Uint8Array | string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "usr/bin"), { recursive: true });
  writeFileSync(join(folder, "usr/bin/python3"), bytes, { mode: 0o755 });
  return folder;
}

test("a Python for another kind of machine is told by the head of its file", async () => {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46);
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(process.arch === "s390x" ? 62 : 22, 18);

  await expect(described({ rootfs: withPython(head) })).rejects.toThrow(
    /`\/usr\/bin\/python3` in `.*` is for \w+, and this machine is \w+/,
  );
});

test("a file that is no Python is told, with what was said when it was run", async () => {
  await expect(described({ rootfs: withPython("no program") })).rejects.toMatchObject({
    message: expect.stringContaining("is no Python that works"),
    notes: [expect.stringContaining("bwrap: ")],
  });
});

test("a folder that is a link to the whole machine is still refused", async () => {
  const folder = temporaryFolder();
  symlinkSync("/", join(folder, "link"));

  await expect(described({ rootfs: join(folder, "link") })).rejects.toMatchObject({
    code: "no-sandbox",
  });
});
