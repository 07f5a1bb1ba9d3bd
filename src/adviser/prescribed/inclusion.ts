import type {
  HardwareCondition,
  Inclusion,
  Listed,
  PrescribedUnit,
  RuntimeCondition,
  UnitList,
} from "../../model/prescription.ts";
import type { Runtime } from "../../model/runtime.ts";
import { parseSpecifierSet, specifierContains } from "../../python/specifier.ts";
import { parseVersion } from "../../python/version.ts";
import type { AdviceContext } from "../context.ts";
import { builtInUnits } from "../registry.ts";
import { type RuntimeTraits, runtimeTraits } from "./traits.ts";

/** Whether a unit takes part in an advice (`should_include`), and is not switched off by name. */
export function isIncluded(
  unit: PrescribedUnit,
  context: AdviceContext,
  depending: readonly string[] = [],
): boolean {
  const { include, name } = unit;
  if (include.off || !include.adviser) return false;
  if (context.project.settings?.blockedUnits.has(name) === true) return false;
  return (
    isListed(include.recommendationTypes, context.recommendationType) &&
    hasLabel(include, context) &&
    isUsed(include, context) &&
    isRuntime(include.runtime, context.runtime) &&
    (include.dependencies ?? []).every(
      (other) => !depending.includes(other.name) && takesPart(other, context, [...depending, name]),
    )
  );
}

/** Of a unit that nobody knows the answer is no. */
function takesPart(
  { list, name }: { readonly list: UnitList; readonly name: string },
  context: AdviceContext,
  depending: readonly string[],
): boolean {
  const settings = context.project.settings;
  const own = builtInUnits.find((unit) => unit.name === name && `${unit.kind}s` === list);
  if (own !== undefined)
    return own.includes?.(context) !== false && settings?.blockedUnits.has(name) !== true;
  const found = settings?.prescriptions?.named(list, name);
  return found !== undefined && isIncluded(found, context, depending);
}

function isListed<T>(listed: Listed<T> | undefined, value: T): boolean {
  return listed === undefined || listed.values.includes(value) !== listed.not;
}

function hasLabel({ labels }: Inclusion, { project }: AdviceContext): boolean {
  if (labels === undefined) return true;
  return Object.entries(labels).some(
    ([label, value]) => project.settings?.labels.get(label) === value,
  );
}

/** Each module must be used, and of each everything that is asked for. */
function isUsed({ libraryUsage }: Inclusion, { project }: AdviceContext): boolean {
  if (libraryUsage === undefined) return true;
  const used = project.settings?.libraryUsage;
  return Object.entries(libraryUsage).every(([module, wanted]) => {
    const symbols = used?.get(module);
    if (symbols === undefined || symbols.length === 0) return false;
    return wanted.every((one) => symbols.some((symbol) => isSymbol(symbol, one)));
  });
}

/** `tensorflow.keras.*` is anything below `tensorflow.keras`. */
function isSymbol(symbol: string, wanted: string): boolean {
  if (!wanted.endsWith(".*")) return symbol === wanted;
  const parent = wanted.slice(0, -2);
  return symbol === parent || symbol.startsWith(`${parent}.`);
}

function isRuntime(wanted: RuntimeCondition | undefined, runtime: Runtime): boolean {
  if (wanted === undefined) return true;
  // Nobody looked which symbols and packages the system has: such a unit has no say
  if (wanted.unknowable !== undefined) return false;
  const traits = runtimeTraits(runtime);
  const { operatingSystems, hardware = [], python, software = {} } = wanted;
  return (
    (operatingSystems === undefined || operatingSystems.some((one) => isSystem(one, runtime))) &&
    hardware.every((one) => isHardware(one, traits)) &&
    (python === undefined || isVersionOf(runtime.python, python)) &&
    traits.softwareNames.every((name) => {
      const specifier = software[name];
      return specifier === undefined || isVersionOf(traits.software[name], specifier);
    }) &&
    isListed(wanted.platforms, traits.platform) &&
    isImage(wanted.baseImages, traits.baseImage)
  );
}

function isSystem(
  { name, version }: { readonly name?: string; readonly version?: string },
  { operatingSystem }: Runtime,
): boolean {
  const isName = name === undefined || name === operatingSystem.name;
  return isName && (version === undefined || version === operatingSystem.version);
}

/** CPUs are told apart by family and model; which of them have a flag is known of none. */
function isHardware(wanted: HardwareCondition, traits: RuntimeTraits): boolean {
  const { cpuFlags } = wanted;
  if (cpuFlags !== undefined) {
    const known = traits.cpuFlags;
    if (known === undefined) return false;
    const has = (flag: string) => known.has(flag);
    if (cpuFlags.not ? cpuFlags.values.some(has) : !cpuFlags.values.every(has)) return false;
  }
  return (
    isListed(wanted.cpuFamilies, traits.cpuFamily) &&
    isListed(wanted.cpuModels, traits.cpuModel) &&
    isListed(wanted.gpuModels, traits.gpuModel)
  );
}

/** `specifier` null: there must be none. */
function isVersionOf(present: string | null, specifier: string | null): boolean {
  if (present === null || specifier === null) return present === specifier;
  const version = parseVersion(present);
  const set = parseSpecifierSet(specifier);
  if (version === undefined || set === undefined) return false;
  return specifierContains(set, version, { prereleases: true });
}

/** `image:tag`, where the tag may end in `*` or be left out for any. */
function isImage(wanted: Listed<string | null> | undefined, image: string | null): boolean {
  if (wanted === undefined) return true;
  return wanted.values.some((one) => isOneImage(one, image)) !== wanted.not;
}

function isOneImage(wanted: string | null, image: string | null): boolean {
  if (wanted === null || image === null) return wanted === image;
  const [name, tag] = imageParts(wanted);
  const [ownName, ownTag] = imageParts(image);
  if (name !== ownName) return false;
  if (tag === undefined || ownTag === undefined) return true;
  return tag.endsWith("*") ? ownTag.startsWith(tag.slice(0, -1)) : tag === ownTag;
}

function imageParts(image: string): readonly [name: string, tag: string | undefined] {
  const colon = image.lastIndexOf(":");
  // The port of a registry stands before a slash
  if (colon < 0 || image.indexOf("/", colon) >= 0) return [image, undefined];
  return [image.slice(0, colon), image.slice(colon + 1)];
}
