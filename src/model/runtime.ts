import type { MarkerEnvironment } from "../python/marker.ts";
import type { Brand } from "../util/brand.ts";

/** `linux-glibc236-x86_64-cp311`, or the name that `.thoth.yaml` gives it. */
export type RuntimeId = Brand<string, "RuntimeId">;

export function runtimeId(text: string): RuntimeId {
  return text as RuntimeId;
}

/** What a stack runs on: found on the machine or declared in `.thoth.yaml`. */
export interface Runtime {
  readonly id: RuntimeId;
  readonly operatingSystem: { readonly name: string; readonly version: string };
  /** `major.minor`, e.g. "3.11". */
  readonly python: string;
  /** e.g. "3.11.7"; a declared runtime without an interpreter has `python` + ".0". */
  readonly pythonFull: string;
  /** PEP 508 marker values of the target. */
  readonly markers: MarkerEnvironment;
  /** Wheel tags (PEP 425), best first. */
  readonly tags: readonly string[];
  /** Path of an interpreter of this runtime on this machine; absent where there is none. */
  readonly interpreter?: string;
  /**
   * Folder that holds the runtime's own system, in which `interpreter` is then a path; it runs
   * through the sandbox only.
   */
  readonly root?: string;
}
