import { resolve } from "node:path";
import type { Place } from "../util/errors.ts";
import { pythonVersion } from "../util/setting-readers.ts";
import { type Misshape, type Shape, type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import { type RuntimeSoftware, runtimeSoftware } from "./prescription.ts";
import {
  type RecommendationType,
  recommendationType,
  recommendationWords,
} from "./recommendation.ts";
import type { DeclaredTraits } from "./runtime.ts";

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
  readonly traits?: DeclaredTraits;
  /** Prescriptions ask for them. */
  readonly labels: ReadonlyMap<string, string>;
  readonly place: Place;
}

/** Which runtime is meant, and those that are declared. */
export interface RuntimeWish {
  readonly environments: readonly DeclaredEnvironment[];
  readonly runtime: string | undefined;
  readonly python: string | undefined;
}

/** The declared runtime that is meant: the one that is named, else the first where no Python is. */
export function meantEnvironment(wish: RuntimeWish): DeclaredEnvironment | undefined {
  const { environments, runtime, python } = wish;
  if (runtime !== undefined) return environments.find(({ name }) => name === runtime);
  return python === undefined ? environments[0] : undefined;
}

/** `--runtime` takes this for every runtime that is declared, so none may be called so. */
export const everyRuntime = "all";

/** The keys of the original's `.thoth.yaml`, and `rootfs`. */
export const environmentShape = {
  name: "text",
  operating_system: { name: "text", version: "text" },
  hardware: { cpu_family: "text", cpu_model: "text", gpu_model: "text" },
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
  const type = typeIn(tree);
  const labels = labelsIn(tree);
  const problems: readonly Misshape[] = [
    ...nameProblems(name, tree),
    ...pythonProblems(tree),
    ...(typeof type === "object" ? [type] : []),
    ...labels.problems,
    ...["cpu_family", "cpu_model"].flatMap((key) => numberProblems(tree, key)),
  ];
  if (name === undefined || problems.length > 0) return { environment: [], problems };
  const system = textAt(tree, "operating_system", "name");
  const systemVersion = textAt(tree, "operating_system", "version");
  const version = textAt(tree, "python_version");
  const platform = textAt(tree, "platform");
  const rootfs = textAt(tree, "rootfs");
  const traits = traitsIn(tree);
  const ofSystem = systemVersion === undefined ? {} : { version: systemVersion };
  const environment: DeclaredEnvironment = {
    name,
    place,
    labels: labels.labels,
    ...(system === undefined ? {} : { operatingSystem: { name: system, ...ofSystem } }),
    ...(version === undefined ? {} : { pythonVersion: version }),
    ...(platform === undefined ? {} : { platform }),
    ...(typeof type === "string" ? { recommendationType: type } : {}),
    ...(rootfs === undefined ? {} : { rootfs: resolve(base, rootfs) }),
    ...(traits === undefined ? {} : { traits }),
  };
  return { environment: [environment], problems };
}

/** A second environment of one name is a mistake where it stands. */
export function twinProblems(environments: readonly DeclaredEnvironment[]): readonly Misshape[] {
  const seen = new Map<string, DeclaredEnvironment>();
  return environments.flatMap((environment) => {
    const { name, place } = environment;
    const first = seen.get(name);
    seen.set(name, first ?? environment);
    if (first === undefined) return [];
    const where = `${first.place.file}:${first.place.line}`;
    return [{ message: `a second runtime is called \`${name}\`, as the one of ${where}`, place }];
  });
}

function nameProblems(name: string | undefined, tree: Tree): readonly Misshape[] {
  if (name === undefined) {
    return [{ message: "a runtime environment needs a `name`", place: tree.place }];
  }
  const place = treeAt(tree, "name")?.place ?? tree.place;
  if (name === everyRuntime) {
    return [{ message: `\`${name}\` stands for every runtime: none may be called so`, place }];
  }
  if (/^[a-zA-Z0-9_-]+$/.test(name)) return [];
  const message = `\`${name}\` is no name for a runtime: letters, digits, \`_\` and \`-\` only`;
  return [{ message, place }];
}

function pythonProblems(tree: Tree): readonly Misshape[] {
  const version = textAt(tree, "python_version");
  if (version === undefined || pythonVersion(version, "") !== undefined) return [];
  const message = `\`${version}\` is not a Python version such as \`3.11\``;
  return [{ message, place: treeAt(tree, "python_version")?.place ?? tree.place }];
}

function numberProblems(tree: Tree, key: string): readonly Misshape[] {
  const text = textAt(tree, "hardware", key);
  if (text === undefined || /^\d{1,6}$/.test(text)) return [];
  const place = treeAt(tree, "hardware", key)?.place ?? tree.place;
  return [{ message: `\`${key}\` takes a number, not \`${text}\``, place }];
}

function labelsIn(tree: Tree): {
  readonly labels: ReadonlyMap<string, string>;
  readonly problems: readonly Misshape[];
} {
  const found = treeAt(tree, "labels");
  const labels = new Map<string, string>();
  const problems: Misshape[] = [];
  const message = "`labels` must hold keys with single values";
  if (found?.kind === "map") {
    for (const [key, { value }] of found.members) {
      if (value.kind === "scalar") labels.set(key, value.text);
      else problems.push({ message, place: value.place });
    }
  } else if (found !== undefined && !(found.kind === "scalar" && found.text === "")) {
    problems.push({ message, place: found.place });
  }
  return { labels, problems };
}

function traitsIn(tree: Tree): DeclaredTraits | undefined {
  const software: Partial<Record<RuntimeSoftware, string>> = {};
  for (const name of runtimeSoftware) {
    const version = textAt(tree, `${name}_version`);
    if (version !== undefined) software[name] = version;
  }
  const platform = textAt(tree, "platform");
  const baseImage = textAt(tree, "base_image");
  const [cpuFamily, cpuModel, gpuModel] = ["cpu_family", "cpu_model", "gpu_model"].map((key) =>
    textAt(tree, "hardware", key),
  );
  const traits = {
    ...(platform === undefined ? {} : { platform }),
    ...(baseImage === undefined ? {} : { baseImage }),
    ...(cpuFamily === undefined ? {} : { cpuFamily: Number(cpuFamily) }),
    ...(cpuModel === undefined ? {} : { cpuModel: Number(cpuModel) }),
    ...(gpuModel === undefined ? {} : { gpuModel }),
  };
  const isEmpty = Object.keys({ ...traits, ...software }).length === 0;
  return isEmpty ? undefined : { ...traits, software };
}

function typeIn(tree: Tree): RecommendationType | Misshape | undefined {
  const text = textAt(tree, "recommendation_type");
  if (text === undefined) return undefined;
  const place = treeAt(tree, "recommendation_type")?.place ?? tree.place;
  const message = `\`recommendation_type\` takes ${recommendationWords}, not \`${text}\``;
  return recommendationType(text) ?? { message, place };
}
