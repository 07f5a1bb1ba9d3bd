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
export function runtimeTraits({ markers, traits }: Runtime): RuntimeTraits {
  const {
    cuda = null,
    cudnn = null,
    mkl = null,
    openblas = null,
    openmpi = null,
  } = traits?.software ?? {};
  return {
    platform: traits?.platform ?? `${markers.sys_platform}-${markers.platform_machine}`,
    baseImage: traits?.baseImage ?? null,
    cpuFamily: traits?.cpuFamily ?? null,
    cpuModel: traits?.cpuModel ?? null,
    cpuFlags: undefined,
    gpuModel: traits?.gpuModel ?? null,
    software: { cuda, cudnn, mkl, openblas, openmpi },
    softwareNames: runtimeSoftware,
  };
}
