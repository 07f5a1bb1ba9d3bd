import { named, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import { type FileDetails, sourceFilename } from "../model/knowledge.ts";
import type { Message } from "../model/message.ts";
import { type Release, releaseText } from "../model/release.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { runProcess } from "../sandbox/process.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import { findLinter, type LinterName } from "../security/lint-tool.ts";
import { noIndicators, scanDistribution, scannerVersion } from "../security/scan-distribution.ts";
import { scanRun } from "../security/scanner-process.ts";
import type { Linter } from "../security/second-opinion.ts";
import { discoverRuntimes } from "../solver/runtimes.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { Bench } from "./bench.ts";
import { freshReleases } from "./learn-gaps.ts";
import { filesToScan, isKnownScan, knownScans, type ScanWish, sourceOf } from "./scan-files.ts";
import { fetchFile } from "./source-builds.ts";

/** What scans of a release showed, and the messages that gives rise to. */
export interface Scanned {
  /** One for each file that was looked at; a file that is not there has one, too. */
  readonly facts: readonly SecurityFact[];
  /** Files that were scanned now. */
  readonly scanned: number;
  readonly follow: readonly Message[];
}

const retryAfterMs = 7 * 86_400_000;

/**
 * Scans the files of a release that are not known: its source distribution and its wheels. What is
 * known costs nothing, no request either. That there is no source distribution, or no file at all
 * any more, is told by a message, once.
 */
export async function scanRelease(
  bench: Bench,
  release: Release,
  linters: readonly Linter[] = [],
): Promise<Scanned> {
  const { services, ranks } = bench;
  const { store } = services;
  const wish: ScanWish = { ranks, engines: linters.map(({ name }) => name) };
  const known = knownScans(store, release, wish, services.now());
  if (known !== undefined) return { facts: known, scanned: 0, follow: [] };
  services.emit({ type: "stage", stage: "scanning", detail: releaseText(release) });
  await freshReleases(bench, release);
  const files = filesToScan(store, release, wish);
  const facts: SecurityFact[] = [];
  let scanned = 0;
  for (const file of files) {
    const before = store.security(release, file.filename);
    const isKnown = isKnownScan(before, file, { engines: wish.engines, now: services.now() });
    const fact = isKnown ? before : await scanFile(bench, release, file, linters);
    if (!isKnown) scanned += 1;
    store.putSecurity(release, fact);
    facts.push(fact);
  }
  const lack = lacking(services, release, files);
  return {
    facts: [...lack.facts, ...facts],
    scanned,
    follow: facts.every(({ failure }) => failure === "vanished")
      ? [createMessage("missing_version", sender, named(release))]
      : lack.follow,
  };
}

async function scanFile(
  bench: Bench,
  release: Release,
  file: FileDetails,
  linters: readonly Linter[],
): Promise<SecurityFact> {
  const { services } = bench;
  const { filename, sha256 } = file;
  const fetched = await fetchFile(bench, release, file);
  if (!fetched.ok) {
    // The index still lists it, so that it may come back
    const expires = new Date(services.now() + retryAfterMs).toISOString();
    return { ...absent(services, file, fetched.detail), expires };
  }
  const sandbox = await findSandbox();
  return scanDistribution({
    archivePath: fetched.path,
    filename,
    sha256,
    name: release.name,
    version: release.version,
    linters,
    run: scanRun(sandbox),
    sandbox: sandbox?.version ?? "none",
    now: services.now(),
    signal: services.signal,
  });
}

/** Notes, once, that a release has no source distribution, or no file at all. */
function lacking(services: Services, release: Release, files: readonly FileDetails[]) {
  const { store } = services;
  if (sourceOf(files) !== undefined) return { facts: [], follow: [] };
  const filename = sourceFilename(release);
  const before = store.security(release, filename);
  const fact =
    files.length === 0
      ? absent(services, { filename }, "the index lists no file of it")
      : noSourceDistribution(services, release);
  if (before?.outcome === fact.outcome) return { facts: [before], follow: [] };
  store.putSecurity(release, fact);
  const fields = { ...named(release), value: false };
  return {
    facts: [fact],
    follow: [createMessage("update_provides_source_distro", sender, fields)],
  };
}

/** The fact that a release has wheels only. */
export function noSourceDistribution(
  services: Pick<Services, "now">,
  release: Release,
): SecurityFact {
  return {
    ...noIndicators,
    outcome: "no-source-distribution",
    filename: sourceFilename(release),
    tools: { "thoth-scan": scannerVersion },
    observedAt: new Date(services.now()).toISOString(),
  };
}

function absent(
  services: Services,
  { filename, sha256 }: Pick<FileDetails, "filename" | "sha256">,
  detail: string,
): SecurityFact {
  return {
    ...noIndicators,
    outcome: "failed",
    failure: "vanished",
    detail,
    filename,
    ...(sha256 === undefined ? {} : { sha256 }),
    tools: { "thoth-scan": scannerVersion },
    observedAt: new Date(services.now()).toISOString(),
  };
}

/** The linters that were asked for, installed where they are not at hand. */
export async function findLinters(
  bench: Bench,
  names: readonly LinterName[],
): Promise<readonly Linter[]> {
  if (names.length === 0) return [];
  const { services } = bench;
  const python = await ownInterpreter(bench);
  if (python === undefined) {
    throw new ThothError("no-python", `${names.join(" and ")} need a Python on this machine`, {
      hint: "install Python 3, or leave out `--engine`",
    });
  }
  const environment = definedOnly(services.environment);
  const { cacheDirectory, offline } = services.configuration;
  const search = { run: runProcess, environment, cacheDirectory, python, offline };
  const found: Linter[] = [];
  for (const name of names)
    found.push(await findLinter(name, { ...search, signal: services.signal }));
  return found;
}

/** The runtime's, save one of another system: linters are this machine's own. */
async function ownInterpreter({ runtime, services }: Bench): Promise<string | undefined> {
  if (runtime.root === undefined) return runtime.interpreter;
  const { cacheDirectory } = services.configuration;
  return (await discoverRuntimes({ cacheDirectory }))[0]?.interpreter;
}

function definedOnly(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined) defined[name] = value;
  return defined;
}
