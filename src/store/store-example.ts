import type { IndexPage } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { packageName } from "../python/name.ts";
import type { KnowledgeStore } from "./store.ts";

/** What a scan of that file may show. */
export function exampleScan(filename: string, sha256: string): SecurityFact {
  return {
    outcome: "scanned",
    filename,
    sha256,
    tools: { "thoth-scan": "1" },
    counts: { "SEVERITY.LOW__CONFIDENCE.HIGH": 1 },
    filesAnalyzed: 12,
    filesFiltered: 1,
    filesWithFindings: 1,
    linesOfCode: 5000,
    findings: [
      {
        tool: "thoth",
        severity: "LOW",
        confidence: "HIGH",
        rule: "weak-hash",
        text: "naïve “md5”",
        path: "flask/a.py",
        line: 3,
        runs: "call",
      },
    ],
    findingsLeftOut: 0,
    alarms: [],
    score: 0.125,
    observedAt: "2026-01-02T03:04:05.000Z",
  };
}

export interface StoreUnderTest {
  readonly store: KnowledgeStore;
  /** Another view of the same knowledge, as a later process gets it. */
  reopen(): KnowledgeStore;
  remove(): void;
}

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");

/** A page with the given versions, newest first; each has a wheel and a source distribution. */
export function examplePage(checkedAt: number, ...versions: string[]): IndexPage {
  return {
    name: flask,
    index,
    checkedAt,
    validators: { etag: '"abc"' },
    attests: true,
    releases: versions.map((version) => ({ version, files: exampleFiles(version) })),
  };
}

function exampleFiles(version: string) {
  return [`flask-${version}-py3-none-any.whl`, `flask-${version}.tar.gz`].map((filename, at) => ({
    filename,
    requiresPython: ">=3.8",
    sha256: String(at).repeat(64),
    size: 1000 + at,
    uploadedAt: "2024-04-07T19:26:08Z",
    url: `https://files.example/packages/${at}/${filename}`,
    coreMetadata: at === 0,
    ...(at === 0 ? { provenance: `https://index.example/integrity/${filename}` } : {}),
  }));
}
