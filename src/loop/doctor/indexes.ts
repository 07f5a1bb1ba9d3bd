import { homedir } from "node:os";
import type { Finding } from "../../model/checkup.ts";
import { probeIndex } from "../../package-index/index-probe.ts";
import type { IndexSource } from "../../package-index/index-source.ts";
import { ThothError } from "../../util/errors.ts";
import { programVersion } from "../../util/program.ts";
import type { SourceServices } from "../index-sources.ts";
import { indexSources } from "../index-sources.ts";
import { readManifest } from "../manifest.ts";
import { type Check, checkLimitMs, findingOf, type IndexAnswer } from "./check.ts";

/** The indexes that advice in this folder would ask: whether they answer, which way, how fast. */
export const indexes: Check = {
  name: "index",
  find: async (patient) => {
    if (patient.configuration.offline) {
      const hint = "take away `offline` to have them asked";
      return [{ condition: "unknown", text: "not asked: `offline` is set", hint }];
    }
    return (await patient.indexes()).map(told);
  },
};

/** Asks every index that counts in the folder. Throws where the settings name none that can be. */
export async function askIndexes(
  directory: string,
  services: SourceServices,
): Promise<readonly IndexAnswer[]> {
  const { pipfile } = manifestOf(directory);
  const { byUrl } = await indexSources(pipfile?.sources ?? [], services);
  return Promise.all([...byUrl.values()].map((source) => ask(source, services)));
}

/** A folder without a project, or with one that can't be read, counts as none: `thoth advise` says why. */
function manifestOf(directory: string): Partial<ReturnType<typeof readManifest>> {
  try {
    return readManifest(directory, directory);
  } catch (error) {
    if (error instanceof ThothError) return {};
    throw error;
  }
}

// So that one that does not answer is asked a second time within the limit of the check
const answerMs = checkLimitMs * 0.45;
const lateMs = checkLimitMs - 500;

async function ask(
  source: IndexSource,
  { configuration, environment, signal }: SourceServices,
): Promise<IndexAnswer> {
  const limits = { connectMs: answerMs, idleMs: answerMs, answerMs };
  const options = {
    cacheDir: configuration.cacheDirectory,
    userAgent: `thoth/${programVersion}`,
    environment: { ...environment, HOME: environment["HOME"] ?? homedir() },
    connections: 1,
    timeouts: { ...limits, retryMs: 100 },
  };
  const { url } = source;
  const late = new AbortController();
  const message = `the index \`${url}\` does not answer within ${lateMs / 1000} s`;
  const hint = "see that its name is found and that a proxy is set where one is needed";
  const timer = setTimeout(
    () => late.abort(new ThothError("time-limit", message, { hint })),
    lateMs,
  );
  try {
    return {
      url,
      probe: await probeIndex(source, options, AbortSignal.any([signal, late.signal])),
    };
  } finally {
    clearTimeout(timer);
  }
}

function told({ url, probe }: IndexAnswer): Finding {
  const { problem, ms, proxy } = probe;
  const way = proxy === undefined ? "directly" : `through the proxy ${proxy}`;
  const facts = { index: url, ms, ...(proxy === undefined ? {} : { proxy }) };
  if (problem === undefined) {
    return { condition: "works", text: `${url} answers in ${ms} ms, ${way}`, facts };
  }
  const finding = findingOf(problem);
  return { ...finding, text: `${finding.text}, asked ${way}`, facts };
}
