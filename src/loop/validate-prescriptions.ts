import { setImmediate } from "node:timers/promises";
import type { PrescribedKind, PrescribedUnit } from "../model/prescription.ts";
import { listOfKind } from "../prescription/schema.ts";
import type { Problem } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import {
  namespaceOf,
  type PrescriptionSet,
  readMetadata,
  readPrescriptions,
} from "./prescription-file.ts";
import { listPrescriptions, realFolder } from "./prescription-tree.ts";

/** What one folder of prescriptions holds. */
export interface ValidatedPrescriptions {
  /** As it was named. */
  readonly folder: string;
  readonly sets: readonly PrescriptionSet[];
  readonly files: number;
  /** Of units that are well formed. */
  readonly units: Readonly<Partial<Record<PrescribedKind, number>>>;
  /** In the order of files. */
  readonly faults: readonly Problem[];
}

// Signals are heard in between, and progress is told
const restAfter = 200;

/** Reads every file of a folder to its end. Throws `bad-configuration` where there is no folder. */
export async function validatePrescriptions(
  folder: string,
  { signal, emit }: Pick<Services, "signal" | "emit">,
): Promise<ValidatedPrescriptions> {
  const root = realFolder(folder);
  const tree = listPrescriptions(root);
  const metadata = await Promise.all(tree.metadata.map(([path]) => readMetadata(root, path)));
  const sets = metadata.map(({ set }) => set);
  const faults = metadata.flatMap((one) => one.faults);
  const units = new Map<PrescribedKind, number>();
  const names = new Map<string, PrescribedUnit>();
  for (const [position, [path]] of tree.files.entries()) {
    if (position % restAfter === 0) {
      await setImmediate();
      signal.throwIfAborted();
      const detail = `${position} of ${tree.files.length} files`;
      emit({ type: "stage", stage: "validating prescriptions", detail });
    }
    const read = await readPrescriptions(root, path, namespaceOf(path, sets));
    faults.push(...read.faults);
    for (const unit of read.units) {
      units.set(unit.kind, (units.get(unit.kind) ?? 0) + 1);
      const before = names.get(nameKey(unit));
      if (before === undefined) names.set(nameKey(unit), unit);
      else faults.push(sameName(unit, before));
    }
  }
  if (tree.files.length === 0) faults.push(noFiles());
  return { folder, sets, files: tree.files.length, units: Object.fromEntries(units), faults };
}

function nameKey({ kind, name }: PrescribedUnit): string {
  return `${listOfKind(kind)} ${name}`;
}

function sameName(unit: PrescribedUnit, before: PrescribedUnit): Problem {
  const [file = "", line = "1"] = unit.where.split(/:(?=\d+$)/);
  return {
    code: "bad-configuration",
    message: `there is a unit \`${unit.name}\` at ${before.where}, too: names of one kind must be unique`,
    place: { file, line: Number(line), column: 1 },
  };
}

function noFiles(): Problem {
  return { code: "bad-configuration", message: "there is no file that ends in .yaml or .yml" };
}
