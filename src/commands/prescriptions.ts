import { resolve } from "node:path";
import { openPrescriptions, type PrescriptionFolder } from "../loop/prescription-files.ts";
import { validatePrescriptions } from "../loop/validate-prescriptions.ts";
import { isValidName, packageName } from "../python/name.ts";
import { jsonDocument } from "../reports/json-document.ts";
import {
  renderPrescribedUnits,
  renderPrescriptionFolders,
  renderValidation,
} from "../reports/prescriptions.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** `thoth prescriptions validate`: exit 2 if anything is wrong. */
export function runValidate(
  named: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async (services) => {
    const folders = [];
    for (const folder of foldersOf(named, services, context))
      folders.push(await validatePrescriptions(folder, services));
    const stdout = context.json
      ? jsonDocument({ schema: "thoth.prescriptions-validation", version: "1.0", folders })
      : renderValidation(folders, context.color.stdout);
    const isFine = folders.every(({ faults }) => faults.length === 0);
    return { stdout, stderr: "", exitCode: isFine ? 0 : 2 };
  });
}

/** `thoth prescriptions list`. */
export function runList(
  named: readonly string[],
  name: string | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async (services) => {
    const folders: PrescriptionFolder[] = [];
    const { cacheDirectory } = services.configuration;
    // Who asks for a list wants to see what is there now
    const freshness = { now: services.now(), freshnessMs: 0 };
    const onIndexing = (_: string, files: number, all: number) => {
      const detail = `${files} of ${all} files`;
      services.emit({ type: "stage", stage: "indexing prescriptions", detail });
    };
    for (const folder of foldersOf(named, services, context)) {
      const { signal } = services;
      folders.push(
        await openPrescriptions(folder, { cacheDirectory, signal, freshness, onIndexing }),
      );
    }
    const stdout =
      name === undefined ? folderList(folders, context) : await unitList(folders, name, context);
    return { stdout, stderr: "", exitCode: 0 };
  });
}

function folderList(folders: readonly PrescriptionFolder[], { json }: CommandContext): string {
  const told = folders.map((folder) => ({
    folder: folder.root,
    sets: folder.header.sets,
    files: folder.header.fileCount,
    units: folder.header.units,
    faults: folder.faults(),
    packages: [...folder.packages()].map(([name]) => name),
  }));
  return json
    ? jsonDocument({ schema: "thoth.prescriptions", version: "1.0", folders: told })
    : renderPrescriptionFolders(told);
}

async function unitList(
  folders: readonly PrescriptionFolder[],
  name: string,
  context: CommandContext,
): Promise<string> {
  if (!isValidName(name)) throw new ThothError("usage", `\`${name}\` is no name of a package`);
  const wanted = packageName(name);
  for (const folder of folders) {
    folder.unitsFor(wanted);
    await folder.learn();
  }
  const units = folders.flatMap((folder) => folder.unitsFor(wanted));
  return context.json
    ? jsonDocument({ schema: "thoth.prescribed-units", version: "1.0", package: wanted, units })
    : renderPrescribedUnits(wanted, units, context.columns);
}

/** Those that the line names, else those of the configuration. */
function foldersOf(
  named: readonly string[],
  { configuration }: Services,
  { workingDirectory }: CommandContext,
): readonly string[] {
  const folders =
    named.length > 0
      ? named.map((folder) => resolve(workingDirectory, folder))
      : configuration.prescriptions;
  if (folders.length > 0) return folders;
  throw new ThothError("usage", "no folder of prescriptions is named", {
    hint: "name one, e.g. `thoth prescriptions list DIR`, or set `prescriptions` in .thoth.yaml",
  });
}
