import {
  type PrescribedKind,
  type PrescribedUnit,
  prescribedKinds,
  type UnitList,
  unitLists,
} from "../model/prescription.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { type Misshape, type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import { anything, isNull, keys, mapOf } from "./check.ts";
import { merged } from "./merge.ts";
import { kindsOfList, unitCheck } from "./schema.ts";
import { unitOf } from "./unit.ts";

/** What one file prescribes. A unit that is malformed is left out; the others count. */
export interface PrescribedDocument {
  readonly units: readonly PrescribedUnit[];
  readonly faults: readonly Misshape[];
}

const documentCheck = keys({ metadata: mapOf(anything) }, { units: anything });
const unitsCheck = keys(Object.fromEntries(unitLists.map((list) => [list, anything])));

/** Reads one file of prescriptions; `namespace` is the name in the metadata above it. */
export function prescribedDocument(tree: Tree, namespace: string): PrescribedDocument {
  const whole = merged(tree);
  const faults = [...documentCheck(whole, "the file")];
  const lists = treeAt(whole, "units");
  if (lists === undefined) return { units: [], faults };
  faults.push(...unitsCheck(lists, "`units`"));
  const read = unitLists.map((list) => readList(treeAt(lists, list), list, namespace));
  return {
    units: read.flatMap((one) => one.units),
    faults: [...faults, ...read.flatMap((one) => one.faults)],
  };
}

function readList(tree: Tree | undefined, list: UnitList, namespace: string): PrescribedDocument {
  if (tree === undefined || isNull(tree)) return { units: [], faults: [] };
  if (tree.kind !== "list")
    return { units: [], faults: [{ message: `\`${list}\` must be a list`, place: tree.place }] };
  const faults: Misshape[] = [];
  const units = new Map<string, PrescribedUnit>();
  for (const item of tree.items) {
    const { unit, faults: own } = readUnit(item, list, namespace);
    faults.push(...own);
    if (unit === undefined) continue;
    if (units.has(unit.name)) faults.push(alreadyThere(item, list));
    else units.set(unit.name, unit);
  }
  return { units: [...units.values()], faults };
}

function readUnit(
  tree: Tree,
  list: UnitList,
  namespace: string,
): { readonly unit?: PrescribedUnit; readonly faults: readonly Misshape[] } {
  const name = `unit \`${textAt(tree, "name") ?? "without a name"}\``;
  if (tree.kind !== "map")
    return { faults: [{ message: `an entry of \`${list}\` must be a unit`, place: tree.place }] };
  const type = treeAt(tree, "type");
  const text = textAt(type) ?? "";
  const kind = kindsOfList[list].find((one) => one === text);
  if (type === undefined || kind === undefined)
    return { faults: [wrongType(text, list, name, type ?? tree)] };
  const faults = unitCheck(kind)(tree, name).map((fault) => ofUnit(fault, name));
  return faults.length > 0 ? { faults } : { unit: unitOf(tree, kind, namespace), faults };
}

/** A place in a file says little to who knows units by their names. */
function ofUnit(fault: Misshape, name: string): Misshape {
  const { message } = fault;
  return message.startsWith(name) ? fault : { ...fault, message: `${name}: ${message}` };
}

function wrongType(text: string, list: UnitList, name: string, at: Tree): Misshape {
  const allowed = kindsOfList[list].map((one) => `\`${one}\``).join(" or ");
  const message =
    text === ""
      ? `${name} needs \`type\`: ${allowed}`
      : `${name} has the type \`${text}\`, but \`${list}\` holds ${allowed}`;
  const near = isKind(text) ? undefined : didYouMean(text, prescribedKinds);
  const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
  return { message, place: at.place, ...hint };
}

function isKind(text: string): text is PrescribedKind {
  return prescribedKinds.some((kind) => kind === text);
}

function alreadyThere(tree: Tree, list: UnitList): Misshape {
  const name = treeAt(tree, "name");
  return {
    message: `\`${list}\` already have a unit \`${textAt(name) ?? ""}\``,
    place: name?.place ?? tree.place,
  };
}

/** The name of a set of prescriptions and its release, as `_prescription_metadata.yaml` has them. */
export interface PrescriptionMetadata {
  readonly name: string;
  readonly release: string;
}

/** What the original calls a set without metadata. */
export const noMetadata: PrescriptionMetadata = { name: "UNKNOWN", release: "UNKNOWN" };

export const metadataFile = "_prescription_metadata.yaml";

/** Reads a metadata file. */
export function prescriptionMetadata(tree: Tree): PrescriptionMetadata {
  return {
    name: textAt(tree, "prescription", "name") ?? noMetadata.name,
    release: textAt(tree, "prescription", "release") ?? noMetadata.release,
  };
}

/** The packages that a unit looks at, and whether it looks at any other, too. */
export function packagesOf(unit: PrescribedUnit): {
  readonly packages: readonly string[];
  readonly general: boolean;
} {
  const packages = new Set<string>();
  let general = unit.match.length === 0;
  for (const { release, resolved } of unit.match) {
    // One package that must be there is enough to be asked at all
    const named = release === undefined ? resolved : [release];
    const names = named.flatMap(({ name }) => (name === undefined ? [] : [name]));
    for (const name of names) packages.add(name);
    if (names.length === 0) general = true;
  }
  return { packages: [...packages], general };
}
