import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PrescribedUnit } from "../model/prescription.ts";
import { noMetadata, prescribedDocument, prescriptionMetadata } from "../prescription/document.ts";
import { errorCode } from "../util/atomic-write.ts";
import { type Problem, ThothError } from "../util/errors.ts";
import { yamlTree } from "../util/yaml-tree.ts";

/** What one file prescribes, and what is wrong with it. */
export interface PrescriptionReading {
  readonly units: readonly PrescribedUnit[];
  readonly faults: readonly Problem[];
}

/** A set of prescriptions: what stands below the folder of its metadata file. */
export interface PrescriptionSet {
  /** Below the root; "" is the root. */
  readonly folder: string;
  readonly name: string;
  readonly release: string;
}

const largestFile = 5e6;

/** Never throws for what a file holds. */
export async function readPrescriptions(
  root: string,
  path: string,
  namespace: string,
): Promise<PrescriptionReading> {
  const text = readPrescriptionText(root, path);
  if (typeof text !== "string") return { units: [], faults: [text] };
  try {
    const { units, faults } = prescribedDocument(await yamlTree(text, path), namespace);
    return { units, faults: faults.map((fault) => ({ code: "bad-configuration", ...fault })) };
  } catch (error) {
    return { units: [], faults: faultsOf(error, path) };
  }
}

/** A text, or why there is none. */
export function readPrescriptionText(root: string, path: string): string | Problem {
  try {
    const bytes = readFileSync(join(root, path));
    if (bytes.length <= largestFile) return bytes.toString("utf8");
    return unreadable(path, `it has more than ${largestFile} bytes`);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return unreadable(path, `it can't be read (${code})`);
  }
}

/** The set that a metadata file names. */
export async function readMetadata(
  root: string,
  path: string,
): Promise<{ readonly set: PrescriptionSet; readonly faults: readonly Problem[] }> {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const text = readPrescriptionText(root, path);
  if (typeof text !== "string") return { set: { folder, ...noMetadata }, faults: [text] };
  try {
    const tree = await yamlTree(text, path);
    const metadata = prescriptionMetadata(tree);
    const message =
      "the metadata must name the prescription: `prescription: {name: …, release: …}`";
    const faults: Problem[] =
      metadata.name === noMetadata.name
        ? [{ code: "bad-configuration", message, place: tree.place }]
        : [];
    return { set: { folder, ...metadata }, faults };
  } catch (error) {
    return { set: { folder, ...noMetadata }, faults: faultsOf(error, path) };
  }
}

/** The name of the set that a file belongs to. */
export function namespaceOf(path: string, sets: readonly PrescriptionSet[]): string {
  let nearest: PrescriptionSet | undefined;
  for (const set of sets) {
    const isAbove = set.folder === "" || path.startsWith(`${set.folder}/`);
    if (isAbove && set.folder.length >= (nearest?.folder.length ?? 0)) nearest = set;
  }
  return nearest?.name ?? noMetadata.name;
}

function faultsOf(error: unknown, path: string): readonly Problem[] {
  if (error instanceof RangeError) return [unreadable(path, "it is nested too deeply")];
  if (!(error instanceof ThothError)) throw error;
  const { code, message, place, hint, others } = error;
  const first = { code, message, ...(place && { place }), ...(hint && { hint }) };
  return [first, ...others];
}

function unreadable(path: string, reason: string): Problem {
  return {
    code: "bad-configuration",
    message: `the file counts for nothing: ${reason}`,
    place: { file: path, line: 1, column: 1 },
  };
}
