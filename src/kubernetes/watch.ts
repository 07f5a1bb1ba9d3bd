import { createInterface } from "node:readline";
import { isRecord, parsedJson } from "../util/json.ts";
import { type KubernetesObject, kubernetesObject } from "./object.ts";
import { ClusterRefusal, refusalOf, unreachable } from "./refusal.ts";
import { type ApiRequest, type Transport, wholeText } from "./transport.ts";

/** One line of a watch. A bookmark is a resourceVersion and nothing else. */
export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubernetesObject }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** The server ends a stream in time; one that is silent for longer is broken. */
const graceMs = 15_000;

/**
 * The lines of one watch. Ends without a word where the server, the network or a proxy ends the
 * stream: that says nothing about the objects. Throws `ClusterRefusal` for a refusal, also for one
 * inside a 200: an ERROR event, with status 410 where the resourceVersion is too old.
 */
export async function* readWatch(
  transport: Transport,
  request: ApiRequest,
  { signal, timeoutSeconds }: { readonly signal: AbortSignal; readonly timeoutSeconds: number },
): AsyncGenerator<WatchEvent, void> {
  const asked = transport.asked(request);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000 + graceMs)]);
  const response = await transport.open(request, limit).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unreachable(asked, cause);
  });
  try {
    const status = response.statusCode ?? 0;
    if (status >= 300) throw refusalOf(asked, status, await wholeText(response));
    for await (const line of createInterface({ input: response })) {
      const event = parsedJson(line);
      // A line that was cut off by the end of the stream
      if (!isRecord(event)) return;
      yield eventOf(event, (code, text) => refusalOf(asked, code, text));
    }
  } catch (error) {
    if (error instanceof ClusterRefusal || error instanceof TypeError) throw error;
    signal.throwIfAborted();
  } finally {
    response.destroy();
  }
}

function eventOf(
  { type, object }: Readonly<Record<string, unknown>>,
  refuse: (code: number, text: string) => ClusterRefusal,
): WatchEvent {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: kubernetesObject(object) };
    case "BOOKMARK":
      return { type, resourceVersion: kubernetesObject(object).resourceVersion };
    default: {
      const code = isRecord(object) && typeof object["code"] === "number" ? object["code"] : 0;
      throw refuse(code, JSON.stringify(object ?? null));
    }
  }
}
