import { packageName } from "../python/name.ts";
import { safeText } from "../util/terminal-text.ts";
import { type ArchiveLimits, ArchiveRefused, defaultLimits } from "./archive-limits.ts";
import { readMembers } from "./archive-members.ts";
import { indicatorCounts } from "./indicator-counts.ts";
import { indicatorScore } from "./indicator-score.ts";
import { scanSources } from "./scan/scan-sources.ts";
import { keptFindings, type ScanAnswer } from "./scan-summary.ts";
import { isPythonSource } from "./source-files.ts";

/** An archive to look at, and whose it is said to be. */
export interface OwnScan {
  readonly archivePath: string;
  /** Its name in the index, which says the format. */
  readonly filename: string;
  readonly name: string;
  readonly version: string;
  readonly limits?: ArchiveLimits;
}

const mostNamed = 5;
const nothing = Buffer.alloc(0);

/** All code of the largest releases that were looked at is half of it; it is in memory at once. */
const ownLimits: ArchiveLimits = { ...defaultLimits, keptBytes: 150_000_000 };

/** Files whose content is looked at; of all others our checks are told the path alone. */
function isRead(path: string): boolean {
  return isPythonSource(path) || /\.pth$|(^|\/)(pyproject\.toml|setup\.cfg)$/i.test(path);
}

/**
 * Our own checks on one archive, read as a stream. Meant for a process that may be killed: what it
 * parses may be hostile.
 */
export async function scanArchive(request: OwnScan): Promise<ScanAnswer> {
  const { archivePath, filename, version, limits = ownLimits } = request;
  try {
    const scan = await scanSources({
      name: packageName(request.name),
      version,
      kind: filename.endsWith(".whl") ? "wheel" : "sdist",
      members: (take) =>
        readMembers({
          ...{ archivePath, filename, limits, take },
          wants: isRead,
          pass: (path) => take(path, nothing),
        }),
    });
    const unreadable = scan.unreadable.map(({ path, reason }) => safeText(`${path}: ${reason}`));
    return {
      state: "scanned",
      counts: indicatorCounts(scan.findings),
      filesAnalyzed: scan.filesAnalyzed,
      filesFiltered: scan.filesFiltered,
      filesWithFindings: scan.filesWithFindings,
      linesOfCode: scan.linesOfCode,
      ...keptFindings(scan.findings),
      score: indicatorScore(scan.findings, scan.linesOfCode),
      unreadable: unreadable.slice(0, mostNamed),
      unseen: scan.unseen,
      unreadableLeftOut: Math.max(0, unreadable.length - mostNamed),
    };
  } catch (error) {
    if (!(error instanceof ArchiveRefused)) throw error;
    return { state: "failed", failure: error.reason, detail: safeText(error.message) };
  }
}
