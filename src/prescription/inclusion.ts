import {
  type HardwareCondition,
  type Inclusion,
  type RuntimeCondition,
  runtimeSoftware,
  unitLists,
} from "../model/prescription.ts";
import { type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import { isNull } from "./check.ts";
import { defined, entriesAt, flagAt, listedAt, textsAt } from "./read-tree.ts";

/** `should_include` of a unit that was checked. */
export function inclusionOf(tree: Tree | undefined): Inclusion {
  const dependencies = unitLists.flatMap((list) =>
    textsAt(tree, "dependencies", list).map((name) => ({ list, name })),
  );
  return defined<Inclusion>({
    off: textAt(tree, "times") === "0",
    adviser: flagAt(tree, "adviser_pipeline") ?? false,
    recommendationTypes: listedAt(tree, "recommendation_types", (text) => text ?? ""),
    labels: mapAt(tree, "labels", (value) => (value.kind === "scalar" ? value.text : "")),
    libraryUsage: mapAt(tree, "library_usage", (value) => textsAt(value)),
    dependencies: dependencies.length === 0 ? undefined : dependencies,
    runtime: runtimeOf(treeAt(tree, "runtime_environments")),
  });
}

function mapAt<T>(
  tree: Tree | undefined,
  key: string,
  read: (value: Tree) => T,
): Readonly<Record<string, T>> | undefined {
  const found = treeAt(tree, key);
  if (found?.kind !== "map" || found.members.size === 0) return undefined;
  return Object.fromEntries([...found.members].map(([name, { value }]) => [name, read(value)]));
}

const textOrNull = (text: string | null) => text;
const numberOrNull = (text: string | null) => (text === null ? null : Number(text));

function runtimeOf(tree: Tree | undefined): RuntimeCondition | undefined {
  if (tree === undefined) return undefined;
  const systems = entriesAt(tree, "operating_systems").map((one) =>
    defined<{ name?: string; version?: string }>({
      name: textAt(one, "name"),
      version: textAt(one, "version"),
    }),
  );
  const hardware = entriesAt(tree, "hardware").map((one) =>
    defined<HardwareCondition>({
      cpuFamilies: listedAt(one, "cpu_families", numberOrNull),
      cpuModels: listedAt(one, "cpu_models", numberOrNull),
      cpuFlags: listedAt(one, "cpu_flags", (text) => text ?? ""),
      gpuModels: listedAt(one, "gpu_models", textOrNull),
    }),
  );
  const software = runtimeSoftware.flatMap((name) => {
    const found = treeAt(tree, `${name}_version`);
    if (found === undefined) return [];
    return [[name, isNull(found) ? null : (textAt(found) ?? "")]];
  });
  const unknowable = ["abi", "rpm_packages", "python_packages"].filter(
    (key) => treeAt(tree, key) !== undefined,
  );
  return defined<RuntimeCondition>({
    operatingSystems: systems.length === 0 ? undefined : systems,
    hardware: hardware.length === 0 ? undefined : hardware,
    python: textAt(tree, "python_version"),
    software: software.length === 0 ? undefined : Object.fromEntries(software),
    platforms: listedAt(tree, "platforms", textOrNull),
    baseImages: listedAt(tree, "base_images", textOrNull),
    unknowable: unknowable.length === 0 ? undefined : unknowable,
  });
}
