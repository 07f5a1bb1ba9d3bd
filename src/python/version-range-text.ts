import { baseVersion, compareVersions, type Version } from "./version.ts";
import {
  type Cut,
  ceiling,
  compareCuts,
  cutAfterLocals,
  cutAfterPrefix,
  edited,
  floor,
} from "./version-cut.ts";
import { addToNumber } from "./version-number.ts";

/**
 * Intervals in the words of a specifier: `>=1.0,<2.0,!=1.5 or ==3.0`. A single version that is
 * missing is written as `!=`, other gaps part the alternatives.
 */
export function cutsText(cuts: readonly Cut[]): string {
  const alternatives: string[] = [];
  let lower = cuts[0];
  let holes: string[] = [];
  for (let index = 1; index < cuts.length; index += 2) {
    const upper = cuts[index];
    const next = cuts[index + 1];
    if (lower === undefined || upper === undefined) break;
    const hole = next === undefined ? undefined : equalText(upper, next);
    if (hole !== undefined) {
      holes.push(`!=${hole}`);
      continue;
    }
    alternatives.push(intervalText(lower, upper, holes));
    lower = next;
    holes = [];
  }
  return alternatives.length === 0 ? "no version" : alternatives.join(" or ");
}

function intervalText(lower: Cut, upper: Cut, holes: readonly string[]): string {
  const equal = equalText(lower, upper);
  if (equal !== undefined) return [`==${equal}`, ...holes].join(",");
  const clauses = [lowerText(lower), upperText(upper), ...holes].filter((text) => text !== "");
  return clauses.length === 0 ? "*" : clauses.join(",");
}

/** `1.0` or `1.*` where that is all that lies between the cuts. */
function equalText(lower: Cut, upper: Cut): string | undefined {
  const { version } = lower;
  if (lower.above || lower === floor || !Number.isFinite(version.suffix.post)) return undefined;
  if (compareVersions(version, upper.version) === 0) return version.text;
  if (version.local === undefined && compareCuts(upper, cutAfterLocals(version)) === 0) {
    return version.text;
  }
  if (!opensRelease(version) || upper === ceiling) return undefined;
  const isPrefix = compareCuts(upper, cutAfterPrefix(version)) === 0;
  return isPrefix ? `${baseVersion(version)}.*` : undefined;
}

/** `1.2.dev0`, below which `==1.2.*` and `<1.2` draw their line. */
function opensRelease({ pre, post, dev }: Version): boolean {
  return dev === 0 && pre === undefined && post === undefined;
}

function isAfterPosts(cut: Cut): boolean {
  return cut.version.post === Number.POSITIVE_INFINITY;
}

function lowerText(cut: Cut): string {
  if (cut === floor) return "";
  const { version } = cut;
  if (isAfterPosts(cut)) return `>${baseVersion(version)}`;
  if (cut.above) return `>${version.text}`;
  const { pre, post, dev } = version;
  // >1.0a1 and >1.0.post1 end up below the first version that follows
  if (dev === 0 && post !== undefined && post > 0) {
    return `>${edited(version, { post: addToNumber(post, -1), dev: undefined }).text}`;
  }
  if (dev === 0 && post === undefined && pre !== undefined && pre[1] > 0) {
    const before = [pre[0], addToNumber(pre[1], -1)] as const;
    return `>${edited(version, { pre: before, dev: undefined }).text}`;
  }
  return `>=${version.text}`;
}

function upperText(cut: Cut): string {
  if (cut === ceiling) return "";
  const { version } = cut;
  if (isAfterPosts(cut)) return `<=${baseVersion(version)}.post*`;
  if (cut.above) return `<=${version.text}`;
  const { post, dev } = version;
  if (opensRelease(version)) return `<${baseVersion(version)}`;
  if (dev !== 0 || post === undefined) return `<${version.text}`;
  const before = post === 0 ? undefined : addToNumber(post, -1);
  return `<=${edited(version, { post: before, dev: undefined }).text}`;
}
