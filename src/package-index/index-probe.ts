import { packageName } from "../python/name.ts";
import { ThothError } from "../util/errors.ts";
import { authorizeFor, shownUrl } from "./credentials.ts";
import type { Reply } from "./http.ts";
import type { IndexClientOptions } from "./index-client.ts";
import type { IndexSource } from "./index-source.ts";
import { requestPage } from "./page-request.ts";
import { openLine } from "./session.ts";

/** What one question to an index came to. Times are ms. */
export interface IndexProbe {
  /** Undefined where it answered as an index does. */
  readonly problem: ThothError | undefined;
  readonly ms: number;
  /** Without credentials; undefined: asked directly. */
  readonly proxy: string | undefined;
  /** How far the clock of the index is ahead of ours, within a second; undefined: it told no time. */
  readonly aheadMs: number | undefined;
}

// Any will do: that there is no such package is an answer, too
const asked = packageName("pip");

/**
 * Asks an index for one page, past the caches in between, over connections of its own. Throws the
 * signal's reason, and `bad-configuration` for a proxy or certificates that can't be any.
 */
export async function probeIndex(
  source: IndexSource,
  options: Omit<IndexClientOptions, "signal">,
  signal: AbortSignal,
): Promise<IndexProbe> {
  const line = await openLine({ ...options, signal }, { requests: 0, bytes: 0 });
  const start = performance.now();
  let aheadMs: number | undefined;
  try {
    const proxy = line.proxyFor(new URL(source.requestUrl));
    const { idleMs, answerMs: totalMs } = line.timeouts;
    const asking = requestPage(line.http, {
      source,
      name: asked,
      pastCaches: true,
      seen: (reply) => {
        aheadMs = aheadOf(reply);
      },
      request: { authorize: authorizeFor(source, line.netrc), limits: { idleMs, totalMs }, signal },
    });
    const problem = await asking.then(() => undefined, problemOf);
    const ms = Math.round(performance.now() - start);
    return { problem, ms, proxy: proxy && shownUrl(proxy.href).replace(/\/$/, ""), aheadMs };
  } finally {
    await line.transport.close();
  }
}

function problemOf(error: unknown): ThothError {
  if (error instanceof ThothError) return error;
  throw error;
}

/** RFC 9110 §6.6.1; a cache in between keeps the date and tells the age (RFC 9111 §5.1). */
function aheadOf(reply: Reply): number | undefined {
  const date = Date.parse(reply.header("date") ?? "");
  if (Number.isNaN(date)) return undefined;
  const age = Number(reply.header("age") ?? "0");
  return date + (Number.isSafeInteger(age) ? age * 1000 : 0) - Date.now();
}
