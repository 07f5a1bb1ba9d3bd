import { ThothError } from "../util/errors.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { safeText } from "../util/terminal-text.ts";

/**
 * The API server's answer to a request that it did not do, or that never reached it. Whoever
 * expects one looks at `status` and `reason`; for all others it is an error with a way out.
 */
export class ClusterRefusal extends ThothError {
  /** HTTP status, or the code of an ERROR event; 0: nothing was answered. */
  readonly status: number;
  /** The Status object's, e.g. "AlreadyExists"; "" where the server gave none. */
  readonly reason: string;
  /** Reasons of its causes, e.g. "FieldManagerConflict". */
  readonly causes: readonly string[];

  constructor(
    failure: Pick<ClusterRefusal, "status" | "reason" | "causes">,
    told: { readonly code: "cluster-unreachable" | "cluster-refused" } & ToldError,
  ) {
    super(told.code, told.message, { hint: told.hint, cause: told.cause });
    this.status = failure.status;
    this.reason = failure.reason;
    this.causes = failure.causes;
  }
}

interface ToldError {
  readonly message: string;
  readonly hint: string;
  readonly cause?: unknown;
}

/** What was asked: the verb and the kind, for messages such as "create workflows in thoth". */
export interface Asked {
  readonly server: string;
  readonly what: string;
}

/** Nothing answered, or the answer broke off. */
export function unreachable({ server, what }: Asked, cause: unknown): ClusterRefusal {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ClusterRefusal(
    { status: 0, reason: "", causes: [] },
    {
      code: "cluster-unreachable",
      message: `the cluster at ${server} did not answer (${what}): ${safeText(text)}`,
      hint: "see whether `kubectl get --raw /version` answers with the same kubeconfig",
      cause,
    },
  );
}

/** A Status object, of a body whatever its content type says: a 504 announces text and is JSON. */
export function refusalOf(asked: Asked, status: number, body: string): ClusterRefusal {
  const parsed = parsedJson(body);
  const state = isRecord(parsed) ? parsed : {};
  const { reason, message, details } = state;
  const causes = isRecord(details) && Array.isArray(details["causes"]) ? details["causes"] : [];
  const failure = {
    status,
    reason: typeof reason === "string" ? reason : "",
    causes: causes.flatMap((cause: unknown) =>
      isRecord(cause) && typeof cause["reason"] === "string" ? [cause["reason"]] : [],
    ),
  };
  const said = typeof message === "string" ? message : body.trim().split("\n", 1)[0];
  return new ClusterRefusal(failure, told(asked, failure, safeText(said ?? "").slice(0, 500)));
}

type Told = ToldError & { readonly code: "cluster-unreachable" | "cluster-refused" };

function told(
  { server, what }: Asked,
  { status, reason }: Pick<ClusterRefusal, "status" | "reason">,
  said: string,
): Told {
  const refused = (message: string, hint: string): Told => ({
    code: "cluster-refused",
    message,
    hint,
  });
  if (status === 401)
    return refused(
      `the cluster at ${server} does not know the token that it was given`,
      "get a new one: `kubectl create token ACCOUNT`, or log in again and name that kubeconfig",
    );
  if (status === 403)
    return refused(
      `no right to ${what}: ${said}`,
      "see that the namespace exists and grant the rights: `kubectl apply -k deploy/argo`",
    );
  if (status === 404 && reason === "")
    return refused(
      `the cluster at ${server} does not have Argo Workflows: it knows no such path`,
      "install Argo Workflows with its CRDs first, see docs/argo.md",
    );
  if (status === 404)
    return refused(`not there (${what}): ${said}`, "`kubectl apply -k deploy/argo` makes it");
  if (status === 429 || status >= 500)
    return {
      code: "cluster-unreachable",
      message: `the cluster at ${server} cannot answer now (${what}): ${status} ${said}`,
      hint: "it may be overloaded or restarting: try again later",
    };
  return refused(
    `the cluster refused to ${what}: ${said}`,
    "see that the WorkflowTemplates of `deploy/argo` are those of this version of Thoth",
  );
}
