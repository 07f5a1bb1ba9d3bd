import type { Sieve } from "./unit.ts";
import { failedInstallation } from "./units/sieve-failed-installation.ts";
import { failedMetadata } from "./units/sieve-failed-metadata.ts";
import { yanked } from "./units/sieve-yanked.ts";

/** Every sieve, in the order in which they look at a release; the cheap ones first. */
export const sieves: readonly Sieve[] = [yanked, failedMetadata, failedInstallation];
