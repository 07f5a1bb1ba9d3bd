import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../sandbox/process.ts";
import { discoverRuntimes } from "../solver/runtimes.ts";
import { writeAtomic } from "../util/atomic-write.ts";
import type { Services } from "../wiring.ts";

const question = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";

/**
 * The index that pip has built in, asked of a pip on this machine: no address of an index is
 * written into Thoth. Asking takes 0.1 s, so the answer is kept; undefined where no pip answers.
 */
export async function askPip(
  cacheDirectory: string,
  services: Pick<Services, "environment" | "signal">,
): Promise<string | undefined> {
  const path = join(cacheDirectory, "pip-index.txt");
  const kept = readKept(path);
  if (kept !== undefined) return kept;
  for (const { interpreter } of await discoverRuntimes({ cacheDirectory })) {
    if (interpreter === undefined) continue;
    const result = await runProcess({
      command: interpreter,
      args: ["-I", "-c", question],
      env: { PATH: services.environment["PATH"] ?? "" },
      timeoutMs: 30_000,
      signal: services.signal,
    });
    const url = result.stdout.trim();
    if (result.exitCode !== 0 || !/^https?:\/\//.test(url)) continue;
    writeAtomic(path, url);
    return url;
  }
  return undefined;
}

function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch {
    // A cache that can't be read is asked for anew
    return undefined;
  }
}
