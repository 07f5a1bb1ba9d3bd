import type { Message } from "../model/message.ts";
import type { Row } from "../postgres/database.ts";
import { checkMessage, MessageError } from "./codec.ts";
import { queueRules } from "./queue-world.ts";

/** As published, perhaps by a later Thoth: only `unfitness` says whether it can be delivered. */
export function messageOf({ message }: Row): Message {
  return JSON.parse(String(message));
}

/** Why nobody can take a message: it is from another version of Thoth, or its consumers die of it. */
export function unfitness(message: Message, deliveries: number): string | undefined {
  if (deliveries >= queueRules.deliveries) {
    return `delivered ${deliveries} times and never acknowledged`;
  }
  try {
    checkMessage(message);
    return undefined;
  } catch (error) {
    if (error instanceof MessageError) return error.message;
    throw error;
  }
}
