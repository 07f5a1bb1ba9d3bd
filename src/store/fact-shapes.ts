import type { AttestationFact, Publisher } from "../model/attestation.ts";
import type { Finding } from "../model/finding.ts";
import type {
  InspectedStack,
  InstalledFact,
  MetadataFact,
  PerformanceFact,
  SourceFact,
} from "../model/knowledge.ts";
import type { AboutFact, PackageFact, RepositoryFact } from "../model/package-fact.ts";
import type { Indicators, SecurityFact } from "../model/security-fact.ts";
import { isRecord } from "../util/json.ts";

/**
 * Whether what another machine says has the whole shape of a fact. A store's own files are checked
 * less closely: nobody but Thoth and its user writes them.
 */
type Check = (value: unknown) => boolean;
type Shape<Fact> = { readonly [Key in keyof Required<Fact>]: Check };
type Known = Extract<MetadataFact, { state: "known" }>;
type Failed = Extract<MetadataFact, { state: "failed" }>;

const isText: Check = (value) => typeof value === "string";
const isWord: Check = (value) => typeof value === "string" && /^[a-z][a-z-]{0,60}$/.test(value);
const isCount: Check = (value) => typeof value === "number" && value >= 0;
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);
const isName: Check = (value) =>
  typeof value === "string" && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value);
const isSha256: Check = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isTime: Check = (value) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{5,20}Z$/.test(value);
const isOneOf = (...words: readonly string[]): Check => {
  return (value) => words.some((word) => word === value);
};
const isOptional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isMapOf = (check: Check): Check => {
  return (value) => isRecord(value) && Object.values(value).every(check);
};

const known: Shape<Known> = {
  state: isOneOf("known"),
  requires: isTextList,
  requiresPython: isOptional(isText),
  extras: isTextList,
  via: isWord,
  runtime: isOptional(isText),
  observedAt: isTime,
};

const failed: Shape<Failed> = {
  state: isOneOf("failed"),
  reason: isWord,
  detail: isText,
  runtime: isOptional(isText),
  observedAt: isTime,
};

const namedRelease: Shape<{ name: string; version: string }> = { name: isName, version: isText };
const areNamedReleases: Check = (value) =>
  Array.isArray(value) && value.every((one) => fits(one, namedRelease));

const installed: Shape<InstalledFact> = {
  outcome: isOneOf("ok", "failed"),
  failure: isOptional(isWord),
  detail: isOptional(isText),
  filename: isOptional(isText),
  sha256: isOptional(isSha256),
  modules: isTextList,
  apartFrom: isOptional(areNamedReleases),
  tools: isMapOf(isText),
  durationMs: isCount,
  observedAt: isTime,
};

const finding: Shape<Finding> = {
  tool: isOneOf("thoth", "bandit", "ruff"),
  severity: isOneOf("HIGH", "MEDIUM", "LOW", "UNDEFINED"),
  confidence: isOneOf("HIGH", "MEDIUM", "LOW", "UNDEFINED"),
  rule: isText,
  text: isText,
  path: isText,
  line: isCount,
  runs: isOneOf("install", "import", "call"),
  alarm: isOptional(isOneOf("block", "warn")),
};

const isFindings: Check = (value) =>
  Array.isArray(value) && value.every((one) => fits(one, finding));

const indicators: Shape<Indicators> = {
  counts: isMapOf(isCount),
  filesAnalyzed: isCount,
  filesFiltered: isCount,
  filesWithFindings: isCount,
  linesOfCode: isCount,
};

const security: Shape<SecurityFact> = {
  ...indicators,
  outcome: isOneOf("scanned", "no-source-distribution", "failed"),
  failure: isOptional(isWord),
  detail: isOptional(isText),
  filename: isText,
  sha256: isOptional(isSha256),
  tools: isMapOf(isText),
  opinions: isOptional(isMapOf((value) => fits(value, indicators))),
  findings: isFindings,
  findingsLeftOut: isCount,
  alarms: isFindings,
  unseen: isOptional(isCount),
  score: isOptional(isCount),
  expires: isOptional(isTime),
  observedAt: isTime,
};

const inspected: Shape<InspectedStack> = {
  inspection: isText,
  ok: (value) => typeof value === "boolean",
  wallMs: isCount,
  userMs: isCount,
  maxMemoryBytes: isCount,
  cpu: isText,
  script: isSha256,
  lock: isSha256,
  observedAt: isTime,
};

const performance: Shape<PerformanceFact> = {
  inspections: (value) => Array.isArray(value) && value.every((one) => fits(one, inspected)),
  observedAt: isTime,
};

const about: Shape<PackageFact> = {
  from: isOneOf("index"),
  version: isOptional(isText),
  filename: isOptional(isText),
  problem: isOptional(isText),
  licenseExpression: isOptional(isText),
  license: isOptional(isText),
  licenseFiles: isTextList,
  classifiers: isTextList,
  requiresPython: isOptional(isText),
  links: isTextList,
  organization: isOptional(isText),
  people: isOptional(isTextList),
  observedAt: isTime,
};

const repository: Shape<RepositoryFact> = {
  from: isOneOf("repository"),
  service: isOneOf("github", "gitlab"),
  repository: isText,
  problem: isOptional(isText),
  archived: isOptional((value) => typeof value === "boolean"),
  fork: isOptional((value) => typeof value === "boolean"),
  stars: isOptional(isCount),
  license: isOptional(isText),
  createdAt: isOptional(isText),
  pushedAt: isOptional(isText),
  contributors: isOptional(isCount),
  commits: isOptional(isCount),
  memberIssues: isOptional(isCount),
  observedAt: isTime,
};

const publisher: Shape<Publisher> = {
  kind: isText,
  repository: isOptional(isText),
  workflow: isOptional(isText),
  environment: isOptional(isText),
  email: isOptional(isText),
};

function isPublisherList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => fits(one, publisher));
}

const attestation: Shape<AttestationFact> = {
  filename: isText,
  problem: isOptional(isText),
  publishers: isPublisherList,
  predicates: isTextList,
  verifiedWith: isOptional(isSha256),
  formerly: isOptional(isPublisherList),
  observedAt: isTime,
};

const source: Shape<SourceFact> = {
  name: isName,
  version: isText,
  commit: isOptional(isText),
  sha256: isOptional(isSha256),
  requires: isTextList,
  requiresPython: isOptional(isText),
  extras: isTextList,
  observedAt: isTime,
};

export function isMetadataFact(value: unknown): value is MetadataFact {
  return fits(value, known) || fits(value, failed);
}

export function isInstalledFact(value: unknown): value is InstalledFact {
  return fits(value, installed);
}

export function isSecurityFact(value: unknown): value is SecurityFact {
  return fits(value, security);
}

export function isPerformanceFact(value: unknown): value is PerformanceFact {
  return fits(value, performance);
}

export function isAboutFact(value: unknown): value is AboutFact {
  return fits(value, about) || fits(value, repository);
}

export function isAttestationFact(value: unknown): value is AttestationFact {
  return fits(value, attestation);
}

export function isSourceFact(value: unknown): value is SourceFact {
  return fits(value, source);
}

/** A later Thoth may say more of a fact, but nothing nested: that has no end. */
function fits(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
  return (
    isRecord(value) &&
    Object.entries(shape).every(([key, check]) => check(value[key])) &&
    Object.entries(value).every(([key, item]) => Object.hasOwn(shape, key) || isPlain(item))
  );
}

function isPlain(item: unknown): boolean {
  return typeof item !== "object" || item === null;
}
