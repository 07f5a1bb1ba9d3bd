import type { Message } from "../model/message.ts";

/**
 * What a message is about, for people: `flask 3.0.3 on linux-cp311`, a project, an image; empty
 * where no field says. Foreign text: it may be of a Thoth that nobody here knows.
 */
export function messageSubject(message: Message): string {
  const fields: Readonly<Record<string, unknown>> = { ...message };
  const text = (name: string) => {
    const value = fields[name];
    return typeof value === "string" ? value : undefined;
  };
  const name = text("package_name");
  if (name === undefined) return subjects.map(text).find((one) => one !== undefined) ?? "";
  const solver = text("solver");
  return [name, text("package_version"), solver === undefined ? undefined : `on ${solver}`]
    .filter((part) => part !== undefined)
    .join(" ");
}

const subjects = ["project", "inspection_id", "image", "project_url", "url", "message"];
