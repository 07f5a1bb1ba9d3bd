import { type AdviceSettings, noSettings } from "../model/advice-settings.ts";
import type { Services } from "../wiring.ts";
import type { Manifest } from "./manifest.ts";

/** What the configuration, the files of the project and the command line set for its advice. */
export function adviceSettings(_manifest: Manifest, _services: Services): AdviceSettings {
  return noSettings;
}
