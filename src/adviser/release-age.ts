import type { AdviceSettings } from "../model/advice-settings.ts";
import type { FileDetails } from "../model/knowledge.ts";
import { coolDownOf } from "../model/policy.ts";
import type { PackageName } from "../python/name.ts";
import { momentOf, momentText } from "../util/moment.ts";

/** Names of the sieves that count ages; switched off, they count none. */
export const asOfUnit = "as-of";
export const coolDownUnit = "cool-down";

/** Until when files must have been uploaded to count, and why. */
export interface AgeLimit {
  readonly unit: typeof asOfUnit | typeof coolDownUnit;
  /** ms since the epoch: later ones do not count. */
  readonly until: number;
  /** What makes it so, for the cool-down: `7d (thoth.toml:2)`. */
  readonly rule: string;
  /** How long after its upload a file counts, ms. */
  readonly periodMs: number;
}

/** The limits that hold for a package; nearly always there are none. */
export function ageLimits(
  settings: AdviceSettings | undefined,
  name: PackageName,
): readonly AgeLimit[] {
  if (settings === undefined) return [];
  const { asOf, moment, policy, blockedUnits } = settings;
  const limits: AgeLimit[] = [];
  if (asOf !== undefined && !blockedUnits.has(asOfUnit))
    limits.push({ unit: asOfUnit, until: asOf, rule: momentText(asOf), periodMs: 0 });
  const coolDown = coolDownOf(policy, name);
  if (coolDown !== undefined && !blockedUnits.has(coolDownUnit)) {
    const { periodMs, period, where } = coolDown;
    const rule = `${period} (${where})`;
    limits.push({ unit: coolDownUnit, until: moment - periodMs, rule, periodMs });
  }
  return limits;
}

/** When a file was uploaded, ms since the epoch; undefined: the index does not say. */
export function uploadTime(file: FileDetails | undefined): number | undefined {
  return momentOf(file?.uploadedAt ?? "");
}
