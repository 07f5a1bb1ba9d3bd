// The peer of our own checks: guarddog (GUARDDOG names its program), without a network and in a
// folder of its own that is gone after each scan, since it unpacks what it reads.
import { spawnSync } from "node:child_process";
import { missing } from "./world.mjs";

/** Its score from 0 to 10 for an archive; undefined where it gave none. */
export function guarddogScore(archive) {
  const program = process.env.GUARDDOG;
  if (program === undefined) return missing("set GUARDDOG to the program guarddog 3.2.0");
  const cage = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];
  const apart = ["--tmpfs", "/tmp", "--unshare-all", "--die-with-parent"];
  const seen = ["--ro-bind", archive, `/tmp/${archive.split("/").at(-1)}`, "--chdir", "/tmp"];
  const scan = [program, "pypi", "scan", archive.split("/").at(-1), "--output-format", "json"];
  const run = spawnSync("bwrap", [...cage, ...apart, ...seen, ...scan], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 600_000,
  });
  try {
    return JSON.parse(run.stdout).risk_score?.score;
  } catch {
    return undefined;
  }
}
