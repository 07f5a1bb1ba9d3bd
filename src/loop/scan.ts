import { named, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { SecurityFact } from "../model/knowledge.ts";
import type { Message } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import { releaseText } from "../model/release.ts";
import { runProcess } from "../sandbox/process.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import { findBandit } from "../security/bandit-tool.ts";
import { sandboxedScan } from "../security/sandboxed-scan.ts";
import { type ScanResult, scanDistribution } from "../security/scan-distribution.ts";
import { discoverRuntimes } from "../solver/runtimes.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { freshReleases } from "./learn-gaps.ts";
import { fetchFile } from "./source-builds.ts";

/** What a scan showed, and the messages it gives rise to. */
export interface Scanned {
  readonly result: ScanResult;
  readonly follow: readonly Message[];
}

/**
 * Security indicators of a release: its source distribution is scanned, else its wheel. That there
 * is no source distribution, or nothing at all any more, is told by a message, once.
 */
export async function scanRelease(bench: Bench, release: Release): Promise<Scanned> {
  const { store } = bench.services;
  await freshReleases(bench, release);
  const files = store.details(release) ?? [];
  const sdist = files.find(({ filename }) => /\.(tar\.gz|tgz|zip)$/.test(filename));
  const file = sdist ?? files.find(({ filename }) => filename.endsWith(".whl"));
  if (file === undefined) return vanished(bench, release, "the index lists no file of it");
  const fetched = await fetchFile(bench, release, file);
  if (!fetched.ok) return vanished(bench, release, fetched.detail);
  const { services } = bench;
  const interpreter = await ownInterpreter(bench);
  if (interpreter === undefined) {
    throw new ThothError("no-python", "bandit needs a Python on this machine", {
      hint: "install Python 3",
    });
  }
  const environment = definedOnly(services.environment);
  const { cacheDirectory, offline } = services.configuration;
  const search = { run: runProcess, environment, cacheDirectory, python: interpreter, offline };
  const bandit = await findBandit({ ...search, signal: services.signal });
  const sandbox = await findSandbox();
  const result = await scanDistribution({
    archivePath: fetched.path,
    filename: file.filename,
    ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
    bandit,
    run: sandbox === undefined ? runProcess : sandboxedScan(sandbox),
    environment,
    signal: services.signal,
  });
  store.putSecurity(release, result.fact);
  if (sdist !== undefined) return { result, follow: [] };
  const fields = { ...named(release), value: false };
  return { result, follow: [createMessage("update_provides_source_distro", sender, fields)] };
}

/** The runtime's, save one of another system: bandit is this machine's own. */
async function ownInterpreter({ runtime, services }: Bench): Promise<string | undefined> {
  if (runtime.root === undefined) return runtime.interpreter;
  const { cacheDirectory } = services.configuration;
  return (await discoverRuntimes({ cacheDirectory }))[0]?.interpreter;
}

function vanished(bench: Bench, release: Release, detail: string): Scanned {
  const fact: SecurityFact = {
    outcome: "failed",
    detail: `vanished: ${releaseText(release)}: ${detail}`,
    tools: {},
    counts: {},
    filesAnalyzed: 0,
    filesFiltered: 0,
    linesOfCode: 0,
    observedAt: new Date(bench.services.now()).toISOString(),
  };
  bench.services.store.putSecurity(release, fact);
  const follow = [createMessage("missing_version", sender, named(release))];
  return { result: { fact, findings: [] }, follow };
}

function definedOnly(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined) defined[name] = value;
  return defined;
}
