import type { Message, MessageOf, MessageType } from "../model/message.ts";
import { type EnvelopeField, type FieldKind, messageSpecs } from "./message-fields.ts";

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
  if (typeof value !== "object" || value === null) {
    throw new MessageError("invalid", "a message is a JSON object");
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { type, version } = fields;
  if (typeof type !== "string" || !isMessageType(type)) {
    throw new MessageError("unknown-type", `unknown message type ${JSON.stringify(type)}`);
  }
  const spec = messageSpecs[type];
  if (version !== spec.version) {
    throw new MessageError(
      "unknown-version",
      `${type} has version ${JSON.stringify(version)}, known is ${spec.version}`,
    );
  }
  const wrong = wrongField(fields, { ...envelopeFields, ...spec.fields });
  if (wrong !== undefined) throw new MessageError("invalid", `${type}: ${wrong}`);
  if (!isMessage(value, wrong)) throw new Error("unreachable: every field was checked");
  return value;
}

/** JSON Schema (2020-12) of the messages of one type. */
export function messageSchema(type: MessageType): Readonly<Record<string, unknown>> {
  const { topic, version, fields } = messageSpecs[type];
  const all = { ...envelopeFields, ...fields };
  const properties = Object.entries(all).map(([name, kind]) => [name, fieldSchemas[kind]]);
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

const envelopeFields: Readonly<Record<EnvelopeField, FieldKind>> = {
  type: "text",
  version: "text",
  component_name: "text",
  service_version: "text",
};

// No "@" before the path: credentials never travel in messages.
const address = /^[a-z][a-z0-9+.-]*:\/\/[^/@]*(?:\/|$)/i;

const fieldSchemas: Readonly<Record<FieldKind, object>> = {
  text: { type: "string", minLength: 1 },
  "text?": { type: ["string", "null"], minLength: 1 },
  address: { type: "string", pattern: address.source },
  truth: { type: "boolean" },
};

const fieldChecks: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string" && value !== "",
  "text?": (value) => value === null || (typeof value === "string" && value !== ""),
  address: (value) => typeof value === "string" && address.test(value),
  truth: (value) => typeof value === "boolean",
};

const fieldWords: Readonly<Record<FieldKind, string>> = {
  text: "a text",
  "text?": "a text or null",
  address: "an address without credentials",
  truth: "true or false",
};

/** Says which field is wrong, never what it holds: that may be a secret. */
function wrongField(
  fields: Readonly<Record<string, unknown>>,
  kinds: Readonly<Record<string, FieldKind>>,
): string | undefined {
  for (const [name, kind] of Object.entries(kinds)) {
    if (!fieldChecks[kind](fields[name])) return `${name} must be ${fieldWords[kind]}`;
  }
  return undefined;
}

function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(messageSpecs, type);
}

function isMessage(_value: unknown, wrong: string | undefined): _value is Message {
  return wrong === undefined;
}
