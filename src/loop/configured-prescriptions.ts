import { type Prescriptions, unitLists } from "../model/prescription.ts";
import type { Services } from "../wiring.ts";

/** The prescriptions that the configuration names; nothing is loaded where it names none. */
export async function configuredPrescriptions(
  services: Pick<Services, "configuration" | "signal" | "emit" | "now">,
): Promise<Prescriptions | undefined> {
  const { configuration, signal, emit, now } = services;
  if (configuration.prescriptions.length === 0) return undefined;
  const { joinedPrescriptions, openPrescriptions } = await import("./prescription-files.ts");
  const folders = [];
  for (const folder of new Set(configuration.prescriptions)) {
    const { cacheDirectory, freshnessMs } = configuration;
    const freshness = { now: now(), freshnessMs };
    const onIndexing = (_: string, files: number, all: number) => {
      const detail = `${files} of ${all} files`;
      emit({ type: "stage", stage: "indexing prescriptions", detail });
    };
    folders.push(
      await openPrescriptions(folder, { cacheDirectory, signal, freshness, onIndexing }),
    );
  }
  const prescriptions = joinedPrescriptions(folders);
  // Whether a name to switch off is one of theirs is asked before any advice
  for (const name of configuration.blockedUnits)
    for (const list of unitLists) prescriptions.named(list, name);
  if (configuration.blockedUnits.length > 0) await prescriptions.learn();
  return prescriptions;
}
