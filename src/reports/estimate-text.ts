import type { Estimate } from "../model/estimate.ts";
import { counted, durationText } from "./wording.ts";

/** `2 facts and then about 12 installations, about 20 s (37 messages ahead)`. */
export function estimateText({ facts, further, ahead, ms, unknown }: Estimate): string {
  const then = further === 0 ? "" : ` and then about ${counted(further, "installation")}`;
  const parts = [
    ...(ahead > 0 ? [`${counted(ahead, "message")} ahead`] : []),
    ...(unknown === undefined ? [] : [unknown]),
  ];
  const more = parts.length === 0 ? "" : ` (${parts.join("; ")})`;
  return `${counted(facts, "fact")}${then}, ${aboutText(ms)}${more}`;
}

function aboutText(ms: number | undefined): string {
  if (ms === undefined) return "nobody knows how long";
  if (ms < 1000) return "less than 1 s";
  return `about ${durationText(Math.round(ms / 1000) * 1000).replace(".0 s", " s")}`;
}
