import type { Message } from "../model/message.ts";
import { createMessage } from "./codec.ts";
import type { MessageQueue } from "./queue.ts";

const sender = { component: "adviser", serviceVersion: "0.1.0" };

/** A message that asks for the releases of a package. */
export function wanted(name: string): Message {
  return createMessage("unresolved_package", sender, {
    package_name: name,
    index_url: "https://index.example/simple",
    package_version: null,
    solver: null,
    filename: null,
  });
}

/** A message of another type. */
export function vanished(package_name: string): Message {
  const index_url = "https://index.example/simple";
  return createMessage("missing_package", sender, { package_name, index_url });
}

/** Claims, and tells the packages that the messages are about. */
export async function names(queue: MessageQueue, limit = 100): Promise<string[]> {
  const deliveries = await queue.claim(limit);
  return deliveries.map(nameOf);
}

/** The package that a message is about. */
export function nameOf({ message }: { readonly message: Message }): string {
  return "package_name" in message ? message.package_name : "";
}
