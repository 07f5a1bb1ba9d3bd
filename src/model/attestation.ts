/** Who a file's attestations name as its publisher (PEP 740). All texts are foreign. */
export interface Publisher {
  /** `GitHub`, `GitLab`, `Google` and so on, as the index writes it. */
  readonly kind: string;
  readonly repository?: string;
  readonly workflow?: string;
  readonly environment?: string;
  readonly email?: string;
}

/** What the attestations of one file said when they were read. */
export interface AttestationFact {
  readonly filename: string;
  /** In what they do not hold; absent where they speak of this file and are well made. */
  readonly problem?: string;
  /** One for each publisher that attests to the file. */
  readonly publishers: readonly Publisher[];
  /** Types of what is attested (in-toto predicates), sorted. */
  readonly predicates: readonly string[];
  /**
   * sha256 of the trusted root with which every signature was verified. Absent: nobody verified
   * them, and what stands here is what the index claims.
   */
  readonly verifiedWith?: string;
  /** Whom the index named for the very same file when it was read first, where that was others. */
  readonly formerly?: readonly Publisher[];
  readonly observedAt: string;
}

/**
 * What is known of who published a file. `verified`: its signatures hold. `claimed`: the index says
 * so. `unread`: there is a provenance object that nobody read. `unknown`: the index does not tell.
 */
export type AttestationState = "verified" | "claimed" | "invalid" | "unread" | "none" | "unknown";

/** The attestation of one file, for reports. */
export interface ReportedAttestation {
  readonly package_name: string;
  readonly package_version: string;
  readonly filename: string;
  readonly digest: string;
  readonly state: AttestationState;
  readonly publishers: readonly Publisher[];
  readonly predicates: readonly string[];
}
