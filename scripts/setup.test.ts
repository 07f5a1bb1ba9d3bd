import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("setup.sh", import.meta.url));

/** Sources setup.sh on a machine that has only the given programs, as shell scripts. */
function setUp(programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "thoth-setup-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync("/usr/bin/dirname", join(folder, "dirname"));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const { status, stderr } = spawnSync("/bin/bash", ["-c", `source ${script}`], {
    encoding: "utf8",
    env: { PATH: folder, HOME: folder },
  });
  return { status, stderr };
}

test("on an empty machine everything that is missing is named at once, with help", () => {
  expect(setUp({})).toEqual({
    status: 4,
    stderr: `missing: Node
  help: install Node 20.19 or newer, with npm
missing: Python 3.8 or newer with venv and pip
  help: on Debian and Ubuntu: apt-get install python3 python3-venv python3-pip
missing: git
  help: on Debian and Ubuntu: apt-get install git
`,
  });
});

test("a Node that is too old is named with its version", () => {
  const node = 'case "$1" in -e) exit 1 ;; *) echo v18.20.0 ;; esac';

  expect(setUp({ node, python3: "exit 0", git: "exit 0" })).toEqual({
    status: 4,
    stderr: "missing: Node 20.19 or newer (this is v18.20.0)\n  help: install a newer Node\n",
  });
});
