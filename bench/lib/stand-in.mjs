// The caching index of the reference tools, so that many runs do not burden the public one.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { environment, folder, indexUrl, tool } from "./world.mjs";

/** Starts it; gives the address of its simple index. It ends with this process. */
export async function standIn({ cache = folder("index"), port = 8941 } = {}) {
  const args = [tool("index-stand-in"), indexUrl(), cache, String(port)];
  const child = spawn("python3", args, { env: environment(), stdio: ["ignore", "ignore", "pipe"] });
  process.on("exit", () => child.kill());
  const origin = `http://127.0.0.1:${port}`;
  for (let round = 0; round < 100; round++) {
    if (child.exitCode !== null) throw new Error(`the stand-in ended: is port ${port} taken?`);
    if (await answers(`${origin}/stats`)) return `${origin}/simple`;
    await sleep(50);
  }
  throw new Error(`no answer from ${origin}`);
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
