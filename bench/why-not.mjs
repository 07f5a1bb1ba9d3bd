// Whether the reasons of `thoth why-not` are true: `node bench/why-not.mjs PROJECT PYTHON [UV]` asks
// for every newer release of every package that the lock of a project pins, from the store in
// THOTH_STORE, and has each answer judged by lib/why_not.py, which shares no code with Thoth: it
// evaluates demands and Requires-Python with `packaging`, looks yanked files up in the store's own
// text, and resolves with uv what is said to be possible or to lead to a conflict. PYTHON is an
// interpreter of the lock's runtime, such as ~/.pyenv/versions/3.11.7/bin/python.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder, thoth } from "./lib/world.mjs";

const [project, python, uv = ""] = process.argv.slice(2);
const judge = fileURLToPath(new URL("lib/why_not.py", import.meta.url));
const version = execFileSync(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
  encoding: "utf8",
}).trim();

const lock = JSON.parse(readFileSync(join(project, "Pipfile.lock"), "utf8"));
const names = new Set([...Object.keys(lock.default), ...Object.keys(lock.develop)]);
const answers = [];
for (const name of [...names].sort()) {
  const args = [thoth, "why-not", name, "--project", project, "--python", version, "--json"];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (stdout === "") throw new Error(`${name}: ${stderr}`);
  answers.push(JSON.parse(stdout));
}
const file = join(folder("why-not"), "answers.json");
writeFileSync(file, JSON.stringify(answers));
const judged = spawnSync("python3", [judge, file, project, python, uv], {
  stdio: ["ignore", "inherit", "inherit"],
});
process.exitCode = judged.status ?? 1;
