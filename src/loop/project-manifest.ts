import { type Manifest, readManifest } from "./manifest.ts";
import type { ManifestSettings } from "./manifest-choice.ts";
import { manifestFolder, type OverlayWish } from "./overlay.ts";

/**
 * A project as its configuration says: of the overlay of the runtime that is meant, in the format,
 * from the file and with the constraints that are set. All commands read projects by this.
 * Throws as `manifestFolder` and `readManifest`.
 */
export function projectManifest(
  directory: string,
  from: string,
  configuration: ManifestSettings & OverlayWish,
): Manifest {
  const folder = manifestFolder(directory, configuration);
  return { ...readManifest(folder, from, configuration), root: directory };
}
