/** Where in a file a problem stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the problem spans on that line; 1 where unknown. */
  readonly length?: number;
}

/** One thing a user can mend: stable code, what is wrong, where, and a way out that works. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place?: Place;
  /** Further facts, one a line, printed under the place. */
  readonly notes?: readonly string[];
  readonly hint?: string;
}

/**
 * The stable codes users meet, each with the exit code of its kind:
 * 2 usage, configuration or manifest; 3 knowledge incomplete; 4 environment.
 */
export const errorCodes = {
  usage: { id: "THOTH-E0001", exit: 2 },
  "bad-toml": { id: "THOTH-E0101", exit: 2 },
  "bad-pipfile": { id: "THOTH-E0102", exit: 2 },
  "bad-lock": { id: "THOTH-E0103", exit: 2 },
  "bad-configuration": { id: "THOTH-E0104", exit: 2 },
  "no-pipfile": { id: "THOTH-E0105", exit: 2 },
  "unknown-runtime": { id: "THOTH-E0106", exit: 2 },
  "bad-archive": { id: "THOTH-E0107", exit: 2 },
  "bad-message": { id: "THOTH-E0108", exit: 2 },
  "bad-requirements": { id: "THOTH-E0109", exit: 2 },
  "bad-pyproject": { id: "THOTH-E0110", exit: 2 },
  unsatisfiable: { id: "THOTH-E0201", exit: 1 },
  incomplete: { id: "THOTH-E0301", exit: 3 },
  "index-unreachable": { id: "THOTH-E0401", exit: 4 },
  "index-refused": { id: "THOTH-E0402", exit: 4 },
  "index-garbage": { id: "THOTH-E0403", exit: 4 },
  "hash-mismatch": { id: "THOTH-E0404", exit: 4 },
  "store-damaged": { id: "THOTH-E0405", exit: 4 },
  "store-unwritable": { id: "THOTH-E0406", exit: 4 },
  "queue-unusable": { id: "THOTH-E0407", exit: 4 },
  "no-python": { id: "THOTH-E0408", exit: 4 },
  "no-sandbox": { id: "THOTH-E0409", exit: 4 },
  "tool-missing": { id: "THOTH-E0410", exit: 4 },
  "git-failed": { id: "THOTH-E0411", exit: 4 },
  "disk-full": { id: "THOTH-E0412", exit: 4 },
  "time-limit": { id: "THOTH-E0413", exit: 4 },
  "machine-busy": { id: "THOTH-E0414", exit: 4 },
  "address-unusable": { id: "THOTH-E0415", exit: 4 },
  killed: { id: "THOTH-E0416", exit: 4 },
  "database-unreachable": { id: "THOTH-E0417", exit: 4 },
  "database-refused": { id: "THOTH-E0418", exit: 4 },
  "broker-unreachable": { id: "THOTH-E0419", exit: 4 },
  "broker-refused": { id: "THOTH-E0420", exit: 4 },
  "cluster-unreachable": { id: "THOTH-E0421", exit: 4 },
  "cluster-refused": { id: "THOTH-E0422", exit: 4 },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** A failure that the user can act upon. Anything else thrown is a bug of ours. */
export class ThothError extends Error implements Problem {
  readonly code: ErrorCode;
  readonly place?: Place;
  readonly notes?: readonly string[];
  readonly hint?: string;
  /** Further problems of the same kind found in the same pass, e.g. every mistake of a Pipfile. */
  readonly others: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      readonly place?: Place | undefined;
      readonly notes?: readonly string[] | undefined;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
      readonly others?: readonly Problem[] | undefined;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ThothError";
    this.code = code;
    if (details.place !== undefined) this.place = details.place;
    if (details.notes !== undefined) this.notes = details.notes;
    if (details.hint !== undefined) this.hint = details.hint;
    this.others = details.others ?? [];
  }
}
