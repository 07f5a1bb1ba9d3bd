import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { Finding } from "../../model/checkup.ts";
import { bytesText, listed } from "../../reports/wording.ts";
import type { Check } from "./check.ts";

// A wheel with a GPU library has more than this
const scarceBytes = 2e9;
const uselessBytes = 50e6;

/** The space left where store, cache and temporary files go. */
export const disk: Check = {
  name: "disk",
  find: async ({ configuration: { storeDirectory, cacheDirectory } }) => {
    const folders: readonly (readonly [use: string, folder: string])[] = [
      ["store", storeDirectory],
      ["cache", cacheDirectory],
      ["temporary files", tmpdir()],
    ];
    const byDevice = new Map<number, (readonly [use: string, folder: string])[]>();
    for (const one of folders) {
      const { dev } = await stat(nearest(one[1]));
      byDevice.set(dev, [...(byDevice.get(dev) ?? []), one]);
    }
    return Promise.all([...byDevice.values()].map(spaceFor));
  },
};

async function spaceFor(
  uses: readonly (readonly [use: string, folder: string])[],
): Promise<Finding> {
  const folder = uses[0]?.[1] ?? "/";
  const { bavail, bsize, files, ffree } = await statfs(nearest(folder));
  const free = bavail * bsize;
  const facts = { folder, freeBytes: free };
  const what = listed(uses.map(([use, path]) => `${use} (\`${path}\`)`));
  if (files > 0 && ffree === 0) {
    const hint = `remove files there, or ${otherwise}`;
    return { condition: "broken", text: `no more files can be made for ${what}`, hint, facts };
  }
  const text = `${bytesText(free)} left for ${what}`;
  if (free >= scarceBytes) return { condition: "works", text, facts };
  const hint = `free some space, or ${otherwise}`;
  return { condition: free < uselessBytes ? "broken" : "warning", text, hint, facts };
}

const otherwise = "use other folders: `--store`, THOTH_CACHE, TMPDIR";

/** A folder that is made on first use lies where its nearest parent does. */
function nearest(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearest(dirname(folder));
}
