import { errorCode } from "../util/atomic-write.ts";
import { type ErrorCode, ThothError } from "../util/errors.ts";

/** What messages say of a database and of the setting that names it. */
export interface PostgresPlace {
  /** Without password. */
  readonly shown: string;
  /** Where its address is set: `THOTH_POSTGRESQL_URL` or `.thoth.yaml:5:3`. */
  readonly origin: string;
}

/**
 * Whether trying again may help: the connection was lost, the server starts or stops, has no place
 * for one more client, or two transactions were in each other's way.
 */
export function isPassing(error: unknown): boolean {
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error && lostConnection.test(error.message);
  return passing.has(code) || code.startsWith("08");
}

const passing: ReadonlySet<string> = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  // serialization_failure, deadlock_detected, too_many_connections
  ...["40001", "40P01", "53300"],
  // admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout, in a transaction too
  ...["57P01", "57P02", "57P03", "57P05", "25P03"],
]);

// What `pg` says without a code
const lostConnection =
  /^(Connection terminated|Client has encountered a connection error|timeout e|Client was closed)/;

/** The user's side of an error of a database; any other error comes back as it is. */
export function databaseError(error: unknown, { shown, origin }: PostgresPlace): unknown {
  if (error instanceof ThothError || !(error instanceof Error)) return error;
  const refusal = refusalOf(error);
  const at = `\`${shown}\` (set by ${origin})`;
  if (refusal !== undefined) {
    const { code = "database-refused", says, hint } = refusal;
    return new ThothError(code, `the database ${at} ${says}`, { hint, cause: error });
  }
  if (!isPassing(error) && !unknownHost.has(errorCode(error) ?? "")) return error;
  return new ThothError(
    "database-unreachable",
    `no answer from the database ${at}: ${reason(error)}`,
    {
      hint: "check that it runs and may be reached from here; `thoth doctor` tries each step",
      cause: error,
    },
  );
}

const unknownHost: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "ENOENT", "EACCES"]);

interface Refusal {
  readonly code?: ErrorCode;
  readonly says: string;
  readonly hint: string;
}

const account = "check user and password of the address, or set PGPASSWORD";

function refusalOf(error: Error): Refusal | undefined {
  const code = errorCode(error) ?? "";
  if (isCertificateProblem(code) || /does not support SSL/.test(error.message)) {
    return {
      says: `can't be spoken to by TLS: ${error.message}`,
      hint: "name its authority by `sslrootcert=FILE` in the address; `sslmode=disable` goes without TLS",
    };
  }
  switch (code) {
    case "28000":
    case "28P01":
      return { says: `refuses the user: ${error.message}`, hint: account };
    case "3D000":
      return { says: `does not exist: ${error.message}`, hint: "make it with `createdb`" };
    case "42501":
    case "25006":
      return {
        says: `does not permit that: ${error.message}`,
        hint: "use a role that may: deploy/postgresql/roles.sql makes one for each use",
      };
    case "53300":
      return {
        code: "database-unreachable",
        says: "has no room for one more connection",
        hint: "end programs that hold some, or raise its `max_connections`: an investigator takes up to a dozen",
      };
    case "53100":
      return {
        code: "disk-full",
        says: `has no space left: ${error.message}`,
        hint: "free some space at the server and run again: nothing was written in part",
      };
    default:
      // `pg` itself, where the server asks for one
      return /password must be a string/.test(error.message)
        ? { says: "asks for a password, and the address has none", hint: account }
        : undefined;
  }
}

function isCertificateProblem(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
}

/** Of several addresses of one host each failed in its own way; Node's error then has no text. */
function reason(error: Error): string {
  if (error instanceof AggregateError) return reason(error.errors[0]);
  return error.message === "" ? (errorCode(error) ?? "no reason given") : error.message;
}
