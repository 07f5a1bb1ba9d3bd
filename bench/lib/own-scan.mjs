// Our own checks on archives, in a process of their own: bundled from the sources, with the files
// that stand beside the built program.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { folder } from "./world.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the process does with each message: an archive in, its scan, score and CPU seconds out. */
const program = `
import { scanSources } from "./src/security/scan/scan-sources.ts";
import { indicatorScore, lintDensity } from "./src/security/indicator-score.ts";
import { defaultLimits } from "./src/security/archive-limits.ts";
import { readMembers } from "./src/security/archive-members.ts";

process.on("message", async ({ archivePath, filename, name, version }) => {
  const before = process.cpuUsage();
  try {
    const kind = filename.endsWith(".whl") ? "wheel" : "sdist";
    const members = (take) =>
      readMembers({ archivePath, filename, limits: defaultLimits, wants: () => true, take });
    const scan = await scanSources({ name, version, kind, members });
    const score = indicatorScore(scan.findings, scan.linesOfCode);
    const density = lintDensity(scan.findings, scan.linesOfCode);
    answer({ ...scan, score, density }, before);
  } catch (error) {
    answer({ trouble: error.message }, before);
  }
});

function answer(value, before) {
  const { user, system } = process.cpuUsage(before);
  process.send({ ...value, cpu: (user + system) / 1e6, rss: process.resourceUsage().maxRSS / 1e3 });
}
`;

/** Gives `scan` and `stop`; a process that dies or takes over two minutes is the trouble of its row. */
export async function startScanner() {
  const outfile = join(folder("scanner"), "scanner.cjs");
  const beside = pathToFileURL(join(root, "dist", "thoth.cjs")).href;
  await build({
    stdin: { contents: program, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    define: { "import.meta.url": JSON.stringify(beside) },
    outfile,
    logLevel: "error",
  });
  let child;
  const scan = async (request) => {
    child ??= fork(outfile, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const asked = child;
    const over = new AbortController();
    const { signal } = over;
    asked.send(request);
    const answer = await Promise.race([
      once(asked, "message", { signal }).then(([value]) => value),
      once(asked, "exit", { signal }).then(() => undefined),
      sleep(120_000, undefined, { signal }),
    ]);
    over.abort();
    if (answer !== undefined) return answer;
    asked.kill("SIGKILL");
    child = undefined;
    return { trouble: "died, or took over two minutes" };
  };
  return { scan, stop: () => child?.kill() };
}
