import type { InspectedPin, Inspection, InspectionJob } from "../model/inspection.ts";
import { indexUrl } from "../model/release.ts";
import { parseVersion } from "../python/version.ts";
import { isSoundName } from "../store/page-shape.ts";
import { isRecord, parsedJson } from "../util/json.ts";

type Check = (value: unknown) => boolean;
type Shape<Document> = { readonly [Key in keyof Document]: Check };

// A clock may be wrong by a time zone.
const toleranceMs = 86_400_000;
const longestText = 500;

const isText: Check = (value) => typeof value === "string" && value.length <= longestText;
const isFigure: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const isTruth: Check = (value) => typeof value === "boolean";
const isSha256: Check = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isCode: Check = (value) => value === null || isFigure(value);
const isAnything: Check = () => true;
const isIndex: Check = (value) =>
  typeof value === "string" &&
  /^(https?|file):\/\/[!-~]+$/.test(value) &&
  indexUrl(value) === value;
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isMapOf =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check);
function has<Document>(shape: Shape<Document>): Check {
  const members = Object.entries<Check>(shape);
  return (value) => isRecord(value) && members.every(([key, check]) => check(value[key]));
}

const pin: Shape<InspectedPin> = {
  name: isSoundName,
  version: (value) => typeof value === "string" && parseVersion(value)?.text === value,
  index_url: isIndex,
  filename: isText,
  sha256: isSha256,
};

const job: Shape<InspectionJob> = {
  exit_code: isCode,
  signal: isCode,
  timed_out: isTruth,
  wall_seconds: isFigure,
  usage: isMapOf(isFigure),
  stdout: isAnything,
  stdout_cut: isTruth,
  stderr: (value) => typeof value === "string",
};

const inspection: Shape<Inspection> = {
  schema: (value) => value === "thoth.inspection",
  version: (value) => typeof value === "string" && value.startsWith("1."),
  inspection_id: isText,
  created: (value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  runtime: has<Inspection["runtime"]>({ id: isText, python: isText }),
  os: has<Inspection["os"]>({ name: isText, version: isText, kernel: isText }),
  hardware: has<Inspection["hardware"]>({
    cpu_model: isText,
    cpu_count: isFigure,
    memory_bytes: isFigure,
  }),
  limits: has<Inspection["limits"]>({ memory_bytes: isFigure, seconds: isFigure }),
  tools: isMapOf(isText),
  script: has<Inspection["script"]>({ name: isText, sha256: isSha256 }),
  requirements_locked: has<Inspection["requirements_locked"]>({
    sha256: isSha256,
    current: isTruth,
    pins: isListOf(has(pin)),
    left_out: isListOf(isText),
  }),
  refused: isListOf(isRecord),
  jobs: isListOf(has(job)),
  problem: (value) => value === null || typeof value === "string",
};

const isWhole = has(inspection);

/** The document of an inspection; undefined where the text is none, or made later than `now`. */
export function readInspection(text: string, now: number): Inspection | undefined {
  const value = parsedJson(text);
  if (!isInspection(value)) return undefined;
  return value.created <= new Date(now + toleranceMs).toISOString() ? value : undefined;
}

function isInspection(value: unknown): value is Inspection {
  return isWhole(value);
}
