import { resolve } from "node:path";
import { indexSources } from "../loop/index-sources.ts";
import { findLinters } from "../loop/scan.ts";
import {
  lockFolder,
  lockTargets,
  missingTargets,
  type ScanTargets,
  scanBench,
} from "../loop/scan-bench.ts";
import { scanMany } from "../loop/scan-many.ts";
import { type Release, releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import type { ScannedRelease } from "../reports/security-scan.ts";
import type { LinterName } from "../security/lint-tool.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export type ScanFormat = "text" | "json" | "sarif";

export interface SiScanFlags {
  /** NAME==VERSION. */
  readonly releases: readonly string[];
  /** The lock, or its folder, to scan what it would install. */
  readonly lock: string | undefined;
  readonly allMissing: boolean;
  readonly engines: readonly LinterName[];
  readonly format: ScanFormat | undefined;
}

/**
 * `thoth si-scan`: scans what is not known; what is known is told again without any work. Exit 1
 * where something blocks, else 3 where something could not be scanned.
 */
export async function runSiScan(
  flags: SiScanFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const format = flags.format ?? (context.json ? "json" : "text");
  const wanted = flags.releases.map(parseRelease);
  const scanned = await withServices(context, context.workingDirectory, async (services) => {
    const targets = await targetsOf(wanted, flags, context, services);
    const linters = await findLinters(targets.bench, flags.engines);
    const outcomes = await scanMany(targets.bench, targets.releases, linters);
    const [first] = outcomes;
    if (outcomes.length === 1 && first?.problem !== undefined) throw first.problem;
    return [
      ...outcomes.map(({ release, facts, problem }) => ({
        release: releaseText(release),
        facts,
        ...(problem === undefined ? {} : { problem: problem.message }),
      })),
      ...targets.leftOut.map(({ what, problem }) => ({ release: what, facts: [], problem })),
    ];
  });
  const { verdictOf } = await import("../reports/security-scan.ts");
  const verdicts = new Set(scanned.map(verdictOf));
  const exitCode = verdicts.has("blocks") ? 1 : verdicts.has("unknown") ? 3 : 0;
  return { stdout: await rendered(scanned, format, context), stderr: "", exitCode };
}

interface Wanted {
  readonly name: Release["name"];
  readonly version: string;
}

function parseRelease(text: string): Wanted {
  const [rawName = "", rawVersion = "", more] = text.split("==");
  const version = parseVersion(rawVersion);
  if (rawName === "" || version === undefined || more !== undefined) {
    throw new ThothError("usage", `\`${text}\` is no release`, {
      hint: "write NAME==VERSION, e.g. flask==3.0.3",
    });
  }
  return { name: packageName(rawName), version: version.text };
}

async function targetsOf(
  wanted: readonly Wanted[],
  { lock, allMissing }: SiScanFlags,
  context: CommandContext,
  services: Services,
): Promise<ScanTargets> {
  const given = [wanted.length > 0, lock !== undefined, allMissing];
  if (given.filter((one) => one).length !== 1) {
    throw new ThothError("usage", "say what to scan, in one way", {
      hint: "name releases (NAME==VERSION), or give `--lock`, or `--all-missing`",
    });
  }
  if (allMissing) return missingTargets(services);
  if (lock !== undefined) {
    const { workingDirectory: from } = context;
    return lockTargets({ directory: lockFolder(resolve(from, lock)), from }, services);
  }
  const sources = await indexSources([], services);
  const [index] = sources.order;
  const bench = await scanBench(services, sources);
  return { bench, releases: wanted.map((one) => ({ ...one, index })), leftOut: [] };
}

async function rendered(
  scanned: readonly ScannedRelease[],
  format: ScanFormat,
  context: CommandContext,
): Promise<string> {
  if (format === "sarif") {
    const { securitySarif } = await import("../reports/security-sarif.ts");
    return securitySarif(scanned);
  }
  const { renderScans, securityJson } = await import("../reports/security-scan.ts");
  if (format === "json") return securityJson(scanned);
  const { columns } = context;
  return renderScans(scanned, {
    columns,
    color: context.color.stdout,
    verbose: context.verbosity === "verbose",
  });
}
