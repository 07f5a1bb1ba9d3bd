import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { sender } from "../investigator/gaps.ts";
import { checkMessage, MessageError } from "../messaging/codec.ts";
import { versionOf } from "../messaging/message-fields.ts";
import type { Message } from "../model/message.ts";
import { errorCode } from "../util/atomic-write.ts";
import { type Problem, ThothError } from "../util/errors.ts";
import type { CommandContext } from "./command.ts";

interface Item {
  readonly line: number;
  /** Which message of an array it is; undefined for one that has lines of its own. */
  readonly position?: number;
  readonly value: unknown;
}

/**
 * Messages of a file, or of standard input for `-`: a JSON array, one object, or an object a line.
 * What the envelope lacks is filled in. All are checked, and every mistake is reported at once.
 */
export async function readMessages(
  file: string,
  { workingDirectory, signal }: CommandContext,
): Promise<readonly Message[]> {
  const name = file === "-" ? "standard input" : file;
  const content =
    file === "-"
      ? await text(addAbortSignal(signal, process.stdin))
      : await readNamed(resolve(workingDirectory, file), file, signal);
  const messages: Message[] = [];
  const problems: Problem[] = [];
  for (const item of itemsOf(content, name)) {
    try {
      messages.push(checkMessage(withEnvelope(item.value)));
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      const which = item.position === undefined ? "" : `message ${item.position}: `;
      problems.push({
        code: "bad-message",
        message: `${which}${error.message}`,
        place: { file: name, line: item.line, column: 1 },
        hint: "the fields of every message are in schemas/thoth.messages.schema.json",
      });
    }
  }
  const [first, ...others] = problems;
  if (first === undefined) return messages;
  throw new ThothError(first.code, first.message, { ...first, others });
}

async function readNamed(path: string, name: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(path, { encoding: "utf8", signal });
  } catch (error) {
    const reason = errorCode(error);
    if (reason === undefined || reason === "ABORT_ERR") throw error;
    throw new ThothError("usage", `\`${name}\` can't be read`, {
      hint: "name a file of messages, or - for standard input",
      cause: error,
    });
  }
}

function itemsOf(content: string, file: string): readonly Item[] {
  const whole = parsed(content);
  if (whole !== undefined) {
    if (!Array.isArray(whole.value)) return [{ line: 1, value: whole.value }];
    return whole.value.map((value, at) => ({ line: 1, position: at + 1, value }));
  }
  const items: Item[] = [];
  for (const [at, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const json = parsed(line);
    if (json === undefined) {
      throw new ThothError("bad-message", "this is not JSON", {
        place: { file, line: at + 1, column: 1 },
        hint: "write one JSON object a line, or one JSON array",
      });
    }
    items.push({ line: at + 1, value: json.value });
  }
  return items;
}

/** undefined for what is not JSON. */
function parsed(json: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Who writes a message by hand knows what it is about, not which version of its schema this is. */
function withEnvelope(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("type" in value)) return value;
  return {
    version: versionOf(value.type),
    component_name: sender.component,
    service_version: sender.serviceVersion,
    ...value,
  };
}
