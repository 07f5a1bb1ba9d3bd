import { type RuntimeSoftware, runtimeSoftware } from "../../model/prescription.ts";
import type { Runtime } from "../../model/runtime.ts";

/** What units can ask of a runtime beside its system and its Python; null: it has none, or nobody said. */
export interface RuntimeTraits {
  readonly platform: string | null;
  readonly baseImage: string | null;
  readonly cpuFamily: number | null;
  readonly cpuModel: number | null;
  /** Undefined: nobody knows. */
  readonly cpuFlags: ReadonlySet<string> | undefined;
  readonly gpuModel: string | null;
  readonly software: Readonly<Record<RuntimeSoftware, string | null>>;
  readonly softwareNames: readonly RuntimeSoftware[];
}

/** What is known of a runtime, found or declared. */
export function runtimeTraits({ markers }: Runtime): RuntimeTraits {
  return {
    platform: `${markers.sys_platform}-${markers.platform_machine}`,
    baseImage: null,
    cpuFamily: null,
    cpuModel: null,
    cpuFlags: undefined,
    gpuModel: null,
    software: { cuda: null, cudnn: null, mkl: null, openblas: null, openmpi: null },
    softwareNames: runtimeSoftware,
  };
}
