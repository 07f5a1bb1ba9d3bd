import type { MarkerEnvironment } from "../python/marker.ts";
import type { Brand } from "../util/brand.ts";
import type { RuntimeSoftware } from "./prescription.ts";

/** `linux-glibc236-x86_64-cp311`, or the name that `.thoth.yaml` gives it. */
export type RuntimeId = Brand<string, "RuntimeId">;

export function runtimeId(text: string): RuntimeId {
  return text as RuntimeId;
}

/** What `.thoth.yaml` says of a runtime beside system and Python; what is absent nobody said. */
export interface DeclaredTraits {
  /** e.g. "linux-x86_64"; as written. */
  readonly platform?: string;
  /** `image:tag` that the runtime is built from. */
  readonly baseImage?: string;
  /** Numbers, as Linux gives them in /proc/cpuinfo. */
  readonly cpuFamily?: number;
  readonly cpuModel?: number;
  readonly gpuModel?: string;
  /** Versions, as written. */
  readonly software: Readonly<Partial<Record<RuntimeSoftware, string>>>;
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
  /** Present where `.thoth.yaml` says more of it than system and Python. */
  readonly traits?: DeclaredTraits;
}
