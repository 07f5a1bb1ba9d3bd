/** How bad an advisory says it is; "UNKNOWN" where it does not say. */
export type AdvisoryRank = "CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "NONE" | "UNKNOWN";

/** CVSS base score of an advisory (v3 or v4; the newer one where both are given). */
export interface AdvisorySeverity {
  readonly rank: AdvisoryRank;
  /** 0 to 10; absent where the advisory gives no vector that can be read. */
  readonly score?: number;
  readonly vector?: string;
}

/**
 * What is known against one release: one advisory, its twins under other names merged into it.
 * Summaries are foreign text.
 */
export interface AdvisoryMatch {
  /** The name to show: a MAL-, else PYSEC-, else CVE-, else GHSA- one. */
  readonly id: string;
  /** Its other names, sorted. */
  readonly aliases: readonly string[];
  readonly kind: "vulnerability" | "malware";
  /** One line; "" where there is none. */
  readonly summary: string;
  readonly severity: AdvisorySeverity;
  /**
   * It applies to every release from this version up to the one that was asked for; "0": from the
   * first. Absent where that can't be told.
   */
  readonly since?: string;
  /** Versions that mend it, ascending; empty where none is named. */
  readonly fixed: readonly string[];
  /** ISO 8601. */
  readonly published: string;
}

/** Where the advisories come from that this store holds. */
export interface AdvisoryDatabase {
  /** File, folder or address, without credentials. */
  readonly source: string;
  /** Of all records together: tells whether two stores hold the same. */
  readonly sha256: string;
  readonly records: number;
  readonly packages: number;
  /** Records that could not be read and were set aside. */
  readonly quarantined: number;
  /** The newest `published` of all, ISO 8601: how fresh it is. `modified` is not: some lie ahead. */
  readonly newest: string;
  readonly importedAt: string;
}
