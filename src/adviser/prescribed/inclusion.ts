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
import type { PassedOver } from "../unit.ts";
import { type RuntimeTraits, runtimeTraits } from "./traits.ts";

/** What switched units off by their names. */
export function blockedReason({ project }: AdviceContext): string {
  return `by ${project.settings?.blockedBy ?? "`blocked_units`"}`;
}

/** Whether a unit takes part in an advice (`should_include`), and is not switched off by name. */
export function isIncluded(
  unit: PrescribedUnit,
  context: AdviceContext,
  depending: readonly string[] = [],
): boolean {
  return whyPassedOver(unit, context, depending) === undefined;
}

/** Why a unit takes no part; undefined: it does. */
export function whyPassedOver(
  { include, name, where }: PrescribedUnit,
  context: AdviceContext,
  depending: readonly string[] = [],
): Pick<PassedOver, "state" | "reason"> | undefined {
  if (include.off) return { state: "blocked", reason: `by \`times: 0\` at ${where}` };
  if (context.project.settings?.blockedUnits.has(name) === true)
    return { state: "blocked", reason: blockedReason(context) };
  const reason =
    (include.adviser ? undefined : "only with `adviser_pipeline: true`") ??
    whyNotIncluded(include, context) ??
    missingUnit(include, context, [...depending, name]);
  return reason === undefined ? undefined : { state: "idle", reason };
}

function whyNotIncluded(include: Inclusion, context: AdviceContext): string | undefined {
  const { recommendationTypes: types, labels = {}, libraryUsage = {} } = include;
  if (types !== undefined && !isListed(types, context.recommendationType))
    return `${types.not ? "not with" : "only with"} advice of type ${types.values.join(" or ")}`;
  if (!hasLabel(include, context)) {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    return `only with the label ${wanted.join(" or ")}`;
  }
  if (!isUsed(include, context))
    return `only where the sources use ${Object.values(libraryUsage).flat().join(" and ")}`;
  const other = otherThanWanted(include.runtime, context.runtime);
  return other === undefined ? undefined : `for other runtimes (\`${other}\`)`;
}

function missingUnit(
  { dependencies = [] }: Inclusion,
  context: AdviceContext,
  depending: readonly string[],
): string | undefined {
  const missing = dependencies.find(
    (other) => depending.includes(other.name) || !takesPart(other, context, depending),
  );
  return missing && `only with the unit ${missing.name}`;
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

/** The first of a unit's `runtime_environments` that the runtime is not; undefined: it is what is wanted. */
function otherThanWanted(
  wanted: RuntimeCondition | undefined,
  runtime: Runtime,
): string | undefined {
  if (wanted === undefined) return undefined;
  // Nobody looked which symbols and packages the system has: such a unit has no say
  if (wanted.unknowable !== undefined) return wanted.unknowable[0] ?? "abi";
  const traits = runtimeTraits(runtime);
  const { operatingSystems, hardware = [], python, software = {} } = wanted;
  if (operatingSystems !== undefined && !operatingSystems.some((one) => isSystem(one, runtime)))
    return "operating_systems";
  if (!hardware.every((one) => isHardware(one, traits))) return "hardware";
  if (python !== undefined && !isVersionOf(runtime.python, python)) return "python_version";
  const other = traits.softwareNames.find((name) => {
    const specifier = software[name];
    return specifier !== undefined && !isVersionOf(traits.software[name], specifier);
  });
  if (other !== undefined) return `${other}_version`;
  if (!isListed(wanted.platforms, traits.platform)) return "platforms";
  return isImage(wanted.baseImages, traits.baseImage) ? undefined : "base_images";
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
