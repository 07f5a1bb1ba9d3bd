import { resolve } from "node:path";
import type { Place } from "../util/errors.ts";
import { pythonVersion } from "../util/setting-readers.ts";
import { type Misshape, type Shape, type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import {
  type RecommendationType,
  recommendationType,
  recommendationWords,
} from "./recommendation.ts";

/** A runtime that `.thoth.yaml` declares under `runtime_environments`. */
export interface DeclaredEnvironment {
  readonly name: string;
  readonly operatingSystem?: { readonly name: string; readonly version?: string };
  /** "3.11". */
  readonly pythonVersion?: string;
  /** e.g. "linux-x86_64"; as written. */
  readonly platform?: string;
  /** What advice for it looks for. */
  readonly recommendationType?: RecommendationType;
  /** Absolute path of a folder that holds the runtime's whole system. */
  readonly rootfs?: string;
  readonly place: Place;
}

/** The keys of the original's `.thoth.yaml`, most of which say nothing to us yet, and `rootfs`. */
export const environmentShape = {
  name: "text",
  operating_system: { name: "text", version: "text" },
  hardware: { cpu_family: "anything", cpu_model: "anything", gpu_model: "anything" },
  python_version: "text",
  platform: "text",
  rootfs: "text",
  cuda_version: "text",
  cudnn_version: "text",
  mkl_version: "text",
  openblas_version: "text",
  openmpi_version: "text",
  recommendation_type: "text",
  base_image: "text",
  labels: "anything",
} satisfies Shape;

/**
 * Reads one entry of `runtime_environments` of a file in the folder `base`; either an environment
 * or problems come of it.
 */
export function declaredEnvironment(
  tree: Tree,
  base: string,
): {
  readonly environment: readonly DeclaredEnvironment[];
  readonly problems: readonly Misshape[];
} {
  const { place } = tree;
  const name = textAt(tree, "name");
  const python = treeAt(tree, "python_version");
  const version = textAt(tree, "python_version");
  const problems: Misshape[] = [];
  if (name === undefined) problems.push({ message: "a runtime environment needs a `name`", place });
  else if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
    const message = `\`${name}\` is no name for a runtime: letters, digits, \`_\` and \`-\` only`;
    problems.push({ message, place: treeAt(tree, "name")?.place ?? place });
  }
  if (version !== undefined && pythonVersion(version, "") === undefined) {
    const message = `\`${version}\` is not a Python version such as \`3.11\``;
    problems.push({ message, place: python?.place ?? place });
  }
  const type = typeIn(tree);
  if (typeof type === "object") problems.push(type);
  if (name === undefined || problems.length > 0) return { environment: [], problems };
  const system = textAt(tree, "operating_system", "name");
  const systemVersion = textAt(tree, "operating_system", "version");
  const platform = textAt(tree, "platform");
  const rootfs = textAt(tree, "rootfs");
  const ofSystem = systemVersion === undefined ? {} : { version: systemVersion };
  const environment: DeclaredEnvironment = {
    name,
    place,
    ...(system === undefined ? {} : { operatingSystem: { name: system, ...ofSystem } }),
    ...(version === undefined ? {} : { pythonVersion: version }),
    ...(platform === undefined ? {} : { platform }),
    ...(typeof type === "string" ? { recommendationType: type } : {}),
    ...(rootfs === undefined ? {} : { rootfs: resolve(base, rootfs) }),
  };
  return { environment: [environment], problems };
}

function typeIn(tree: Tree): RecommendationType | Misshape | undefined {
  const text = textAt(tree, "recommendation_type");
  if (text === undefined) return undefined;
  const place = treeAt(tree, "recommendation_type")?.place ?? tree.place;
  const message = `\`recommendation_type\` takes ${recommendationWords}, not \`${text}\``;
  return recommendationType(text) ?? { message, place };
}
