import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import type { BrokerSettings } from "./broker-settings.ts";

/** An error as the libraries wrap it: the outermost first, then what it came from. */
function* chainOf(
  error: unknown,
): Iterable<Readonly<Record<string, unknown>> & { message: string }> {
  let current = error;
  for (let depth = 0; depth < 10 && isRecord(current); depth += 1) {
    const { message } = current;
    yield { ...current, ...own(current), message: typeof message === "string" ? message : "" };
    const { errors } = current;
    const [first] = Array.isArray(errors) ? errors : [];
    current = current["cause"] ?? current["originalError"] ?? first;
  }
}

/** Fields of an error that are not enumerable. */
function own(error: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { name: error["name"], code: error["code"], type: error["type"] };
}

interface Refusal {
  readonly says: string;
  readonly hint: string;
}

/** Whether the cluster answered, and will answer the same again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ThothError || refusalOf(error) !== undefined;
}

/** Whether the cluster answered that it is not ready yet, e.g. with a topic that was made just now. */
export function isNotReady(error: unknown): boolean {
  return [...chainOf(error)].some(
    ({ name, retriable }) => name === "KafkaJSProtocolError" && retriable === true,
  );
}

function refusalOf(error: unknown): Refusal | undefined {
  for (const { name, type, code, message } of chainOf(error)) {
    const words = `${String(name)} ${String(type)} ${String(code)} ${message}`;
    const found = refusals.find(([sign]) => sign.test(words));
    if (found !== undefined) return { says: found[1], hint: found[2] };
  }
  return undefined;
}

const refusals: readonly (readonly [RegExp, string, string])[] = [
  [
    /SASLAuthenticationError|SASL_AUTHENTICATION_FAILED|AuthenticationFailed|ERR__AUTHENTICATION/,
    "refuses the user",
    "check kafka_username, kafka_password and kafka_sasl_mechanism; the password is best set as THOTH_KAFKA_PASSWORD",
  ],
  [
    /UNSUPPORTED_SASL_MECHANISM|SASL .* mechanism is not supported/,
    "does not know that way to log in",
    "set kafka_sasl_mechanism to one that it has: `plain`, `scram-sha-256` or `scram-sha-512`",
  ],
  [
    /SELF_SIGNED|self.signed certificate|UNABLE_TO_|CERT_|ERR_TLS_|unable to (get|verify)/,
    "has a certificate that nobody known here vouches for",
    "name the file of its authority: kafka_ca, or THOTH_KAFKA_CA",
  ],
  [
    /ERR_SSL_|wrong version number|EPROTO/,
    "does not speak TLS at that port",
    "set kafka_tls to `false`, or name the port of its TLS listener",
  ],
  [
    /_AUTHORIZATION_FAILED|Not authorized/,
    "does not permit that",
    "docs/kafka.md lists what the user needs: topics and groups whose names begin with kafka_topic_prefix",
  ],
  [
    /MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/,
    "takes no message of that size",
    "raise max.message.bytes of the topic to 16777216",
  ],
  [
    /POLICY_VIOLATION|INVALID_REPLICATION_FACTOR|INVALID_CONFIG/,
    "does not create our topics",
    "create them as docs/kafka.md says",
  ],
];

/** The user's side of what a library throws; any other error comes back as it is. */
export function brokerError(error: unknown, { brokers, origin }: BrokerSettings): unknown {
  if (error instanceof ThothError || !isOfLibrary(error)) return error;
  const at = `the Kafka cluster at \`${brokers.join(",")}\` (set by ${origin})`;
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    const { says, hint } = refusal;
    return new ThothError("broker-refused", `${at} ${says}`, { hint, cause: error });
  }
  const reason = [...chainOf(error)].at(-1)?.message ?? "";
  return new ThothError("broker-unreachable", `no answer from ${at}: ${reason}`, {
    hint: "check that it runs and may be reached from here; a TLS listener needs kafka_tls",
    cause: error,
  });
}

function isOfLibrary(error: unknown): boolean {
  return error instanceof Error && (/^KafkaJS/.test(error.name) || "code" in error);
}
