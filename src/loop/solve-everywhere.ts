import { gapMessage } from "../investigator/gaps.ts";
import type { Message } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import { releaseText } from "../model/release.ts";
import type { Bench } from "./bench.ts";

/** Messages that have a release installed and imported on the runtimes that its package is used on. */
export function solveEverywhere({ runtime }: Bench, release: Release): readonly Message[] {
  const requiredBy = releaseText(release);
  return [gapMessage({ missing: "installed", release, runtime: runtime.id, requiredBy })];
}
