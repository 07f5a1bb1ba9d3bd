import { onTestFinished } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { type IndexOptions, startIndex, type TestIndex } from "../../fixtures/index-server.ts";
import { createIndexClient } from "./client.ts";
import type { IndexClient, IndexClientOptions } from "./index-client.ts";

/** For tests only: a client with short limits that sees nothing of the machine's configuration. */
export function testClient(options: Partial<IndexClientOptions> = {}): IndexClient {
  const client = createIndexClient({
    cacheDir: temporaryFolder(),
    userAgent: "thoth/test",
    ...options,
    environment: { HOME: temporaryFolder(), PIP_CONFIG_FILE: "/dev/null", ...options.environment },
    timeouts: { idleMs: 5_000, retryMs: 1, ...options.timeouts },
  });
  onTestFinished(() => client.close());
  return client;
}

/** For tests only: an index that is closed with the test. */
export async function testIndex(options: IndexOptions = {}): Promise<TestIndex> {
  const index = await startIndex(options);
  onTestFinished(() => index.close());
  return index;
}

/** For tests only: code, text and hint of the error that a promise must end in. */
export async function problemOf(
  promise: Promise<unknown>,
): Promise<{ readonly code: unknown; readonly message: string; readonly hint: unknown }> {
  const error: unknown = await promise.then(
    () => new Error("no error at all"),
    (reason) => reason,
  );
  if (!(error instanceof Error)) throw new Error("not an error");
  return {
    code: "code" in error ? error.code : undefined,
    message: error.message,
    hint: "hint" in error ? error.hint : undefined,
  };
}
