import type { Message, MessageOf, MessageType, TriggerCause } from "../model/message.ts";
import { isRecord } from "../util/json.ts";
import {
  type EnvelopeField,
  type FieldKind,
  isMessageType,
  messageSpecs,
} from "./message-fields.ts";

/**
 * A message that can't be taken: of a type or version that this program does not know (a later
 * one may), or with fields that are not as its schema says. Consumers park it with the reason.
 */
export class MessageError extends Error {
  readonly problem: "unknown-type" | "unknown-version" | "invalid";

  constructor(problem: MessageError["problem"], message: string) {
    super(message);
    this.name = "MessageError";
    this.problem = problem;
  }
}

/** A message with its envelope, checked. Throws MessageError. */
export function createMessage<Type extends MessageType>(
  type: Type,
  sender: { readonly component: string; readonly serviceVersion: string },
  fields: Omit<MessageOf<Type>, EnvelopeField>,
): Message {
  return checkMessage({
    type,
    component_name: sender.component,
    service_version: sender.serviceVersion,
    version: messageSpecs[type].version,
    ...fields,
  });
}

/**
 * What came from a queue, or is to go to one, as a message. Fields that the schema does not know
 * stay: a later sender may have added them. Throws MessageError.
 */
export function checkMessage(value: unknown): Message {
  if (!isRecord(value)) throw new MessageError("invalid", "a message is a JSON object");
  const { type, version } = value;
  if (!isMessageType(type)) {
    throw new MessageError("unknown-type", `unknown message type ${JSON.stringify(type)}`);
  }
  const spec = messageSpecs[type];
  if (version !== spec.version) {
    throw new MessageError(
      "unknown-version",
      `${type} has version ${JSON.stringify(version)}, known is ${spec.version}`,
    );
  }
  const wrong = wrongField(value, type);
  if (wrong !== undefined) throw new MessageError("invalid", `${type}: ${wrong}`);
  if (!isMessage(value, wrong)) throw new Error("unreachable: every field was checked");
  return value;
}

/** JSON Schema (2020-12) of the messages of one type. */
export function messageSchema(type: MessageType): Readonly<Record<string, unknown>> {
  const { topic, version, fields } = messageSpecs[type];
  const all = { ...envelopeFields, ...fields };
  const properties = Object.entries(all).map(([name, kind]) => [name, fieldKinds[kind].schema]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: type,
    description: `Topic ${topic}`,
    type: "object",
    properties: {
      ...Object.fromEntries(properties),
      type: { const: type },
      version: { const: version },
    },
    required: Object.keys(all).sort(),
  };
}

/** JSON Schema (2020-12) of any message, for `schemas/`. */
export function messagesSchema(): Readonly<Record<string, unknown>> {
  const types = Object.keys(messageSpecs).filter(isMessageType).sort();
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A message of Thoth",
    oneOf: types.map((type) => ({ $ref: `#/$defs/${type}` })),
    $defs: Object.fromEntries(
      types.map((type) => {
        const { $schema, ...schema } = messageSchema(type);
        return [type, schema];
      }),
    ),
  };
}

const envelopeFields: Readonly<Record<EnvelopeField, FieldKind>> = {
  type: "text",
  version: "text",
  component_name: "text",
  service_version: "text",
};

// No "@" before the path: credentials never travel in messages.
const address = /^[a-z][a-z0-9+.-]*:\/\/[^/@]*(?:\/|$)/i;

const releaseAddress = { type: "string", pattern: address.source };
const causeTypes: readonly TriggerCause["type"][] = [
  "advisory",
  "hash-mismatch",
  "missing-package",
  "missing-version",
  "new-release",
];

/** What each kind of field looks like in JSON Schema, to the checker and to people. */
const fieldKinds: Readonly<
  Record<FieldKind, { schema: object; is: (value: unknown) => boolean; words: string }>
> = {
  text: { schema: { type: "string", minLength: 1 }, is: isText, words: "a text" },
  "text?": {
    schema: { type: ["string", "null"], minLength: 1 },
    is: (value) => value === null || isText(value),
    words: "a text or null",
  },
  texts: {
    schema: { type: "array", items: { type: "string", minLength: 1 } },
    is: (value) => Array.isArray(value) && value.every(isText),
    words: "a list of texts",
  },
  address: { schema: releaseAddress, is: isAddress, words: "an address without credentials" },
  addresses: {
    schema: { type: "array", items: releaseAddress },
    is: (value) => Array.isArray(value) && value.every(isAddress),
    words: "a list of addresses without credentials",
  },
  truth: {
    schema: { type: "boolean" },
    is: (value) => typeof value === "boolean",
    words: "true or false",
  },
  count: {
    schema: { type: "integer", minimum: 0 },
    is: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    words: "a whole number",
  },
  record: { schema: { type: "object" }, is: isRecord, words: "an object" },
  causes: {
    schema: {
      type: "array",
      items: {
        type: "object",
        properties: {
          type: { enum: causeTypes },
          package_name: { type: "string", minLength: 1 },
          package_version: { type: ["string", "null"], minLength: 1 },
          index_url: releaseAddress,
        },
        required: ["index_url", "package_name", "package_version", "type"],
      },
    },
    is: (value) => Array.isArray(value) && value.every(isCause),
    words: "a list of causes",
  },
};

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && address.test(value);
}

function isCause(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { type, package_name, package_version, index_url } = value;
  return (
    causeTypes.some((known) => known === type) &&
    isText(package_name) &&
    (package_version === null || isText(package_version)) &&
    isAddress(index_url)
  );
}

/** Says which field is wrong, never what it holds: that may be a secret. */
function wrongField(fields: Readonly<Record<string, unknown>>, type: MessageType) {
  for (const { name, is, words } of checksOf(type)) {
    if (!is(fields[name])) return `${name} must be ${words}`;
  }
  return undefined;
}

interface FieldCheck {
  readonly name: string;
  readonly is: (value: unknown) => boolean;
  readonly words: string;
}

// Messages are checked by the hundred thousand when a long queue is opened
const checksByType = new Map<MessageType, readonly FieldCheck[]>();

function checksOf(type: MessageType): readonly FieldCheck[] {
  const known = checksByType.get(type);
  if (known !== undefined) return known;
  const kinds: Readonly<Record<string, FieldKind>> = {
    ...envelopeFields,
    ...messageSpecs[type].fields,
  };
  const checks = Object.entries(kinds).map(([name, kind]) => ({ name, ...fieldKinds[kind] }));
  checksByType.set(type, checks);
  return checks;
}

function isMessage(_value: unknown, wrong: string | undefined): _value is Message {
  return wrong === undefined;
}
