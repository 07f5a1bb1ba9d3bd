import { checkMessage, MessageError } from "../messaging/codec.ts";
import { indexUrl, type Release } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import type { Task } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord, parsedJson } from "../util/json.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Tasks as `workflow/task-text.ts` writes them: a JSON list, or one object. Throws "usage". */
export function readTasks(text: string): readonly Task[] {
  const parsed = parsedJson(text);
  const given: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (given.length === 0) throw wrong("it is an empty list");
  return given.map(taskOf);
}

function taskOf(value: unknown): Task {
  if (!isRecord(value)) throw wrong("it is no JSON object");
  const { kind } = value;
  switch (kind) {
    case "learn-releases":
      return { kind, name: packageName(text(value, "name")), index: index(value) };
    case "learn-metadata": {
      const filename = value["filename"] === null ? null : text(value, "filename");
      return { kind, release: release(value), filename };
    }
    case "learn-source":
      return { kind, name: packageName(text(value, "name")), key: text(value, "key") };
    case "install":
      return { kind, release: release(value), runtime: runtimeId(text(value, "runtime")) };
    case "si-scan":
      return { kind, release: release(value) };
    case "advise":
    case "check-provenance":
      return triggered(kind, value["trigger"]);
    default:
      throw wrong(`its kind ${JSON.stringify(kind)} is none that runs in a process of its own`);
  }
}

function triggered(kind: "advise" | "check-provenance", value: unknown): Task {
  try {
    const trigger = checkMessage(value);
    if (kind === "advise" && trigger.type === "adviser_trigger") return { kind, trigger };
    if (kind === "check-provenance" && trigger.type === "provenance_checker_trigger")
      return { kind, trigger };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    throw wrong(error.message);
  }
  throw wrong("its trigger is of another kind");
}

function release(value: Fields): Release {
  const given = value["release"];
  if (!isRecord(given)) throw wrong("it has no `release`");
  return {
    name: packageName(text(given, "name")),
    version: text(given, "version"),
    index: index(given),
  };
}

function index(value: Fields) {
  return indexUrl(text(value, "index"));
}

function text(value: Fields, name: string): string {
  const found = value[name];
  if (typeof found !== "string" || found === "") throw wrong(`it has no \`${name}\``);
  return found;
}

function wrong(why: string): ThothError {
  return new ThothError("usage", `a task of --tasks can't be run: ${why}`, {
    hint: "a task is JSON as the investigator writes it, see docs/argo.md",
  });
}
