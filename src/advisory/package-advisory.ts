import type { AdvisoryMatch } from "../model/advisory.ts";

/**
 * One step of an OSV range. Of "limit" the walk never gets past, whatever the other events say
 * (OSV schema, "affected[].ranges[].events").
 */
export type RangeEvent = readonly [
  kind: "introduced" | "fixed" | "last_affected" | "limit",
  version: string,
];

/** What one record says of one package: as much as matching and reports need. */
export interface PackageAdvisory
  extends Pick<AdvisoryMatch, "id" | "aliases" | "kind" | "summary" | "severity" | "published"> {
  /** Every version there is or will be: a malware record that names none. */
  readonly all?: true;
  /** Events in the order of their versions. */
  readonly ranges: readonly (readonly RangeEvent[])[];
  /** Affected versions as written: those that no range holds, or that are none by PEP 440. */
  readonly versions: readonly string[];
}
