import type { Score } from "../model/advice.ts";
import type { AdviceReport, OtherStack } from "../model/advice-report.ts";
import { safeText } from "../util/terminal-text.ts";

/** How good the stack is and how good any could be, how the lock was, and with -v what it lacks. */
export function scoreLines(
  { score, others = [] }: AdviceReport,
  verbose: boolean,
): readonly string[] {
  if (score === undefined) return [];
  const unproved = score.value < score.atMost;
  // Nearly always it is proved to be the best, and a lock that stays is news to nobody
  const better = score.locked !== null && score.locked < score.value;
  const news = unproved || better || score.stopped || !score.complete;
  if (!news && !verbose && others.length === 0) return [];
  const parts = [
    `score ${scoreText(score.value)}`,
    unproved ? `at most ${scoreText(score.atMost)}` : "the best there is",
    ...(score.locked === null ? [] : [`the old lock ${scoreText(score.locked)}`]),
    ...(score.stopped ? ["stopped before the search was done"] : []),
    ...(score.complete ? [] : ["facts are missing for more"]),
    ...(verbose ? [lacking(score)] : []),
  ];
  return [parts.join(", "), ...others.map(otherLine)];
}

/** Two digits, more where scores lie close together near 1. */
export function scoreText(value: number): string {
  return value
    .toFixed(value > 0.99 && value < 1 ? 4 : 3)
    .replace(/0+$/, "")
    .replace(/\.$/, "");
}

const partWords: Readonly<Record<string, string>> = {
  critical: "with something critical against them",
  high: "with something high against them",
  medium: "with something medium against them",
  advisories: "advisories that newer releases mend",
  disliked: "hundredths of units' dislike",
  asked: "newer series of what the project asks for",
  moved: "pins moved",
  behind: "newer series of pins that moved",
  brought: "newer series of what that brings",
};

function lacking({ parts }: Score): string {
  const told = Object.entries(parts).map(
    ([part, amount]) => `${amount} ${partWords[part] ?? part}`,
  );
  return told.length === 0 ? "it lacks nothing" : `it lacks: ${told.join("; ")}`;
}

function otherLine({ score, differences }: OtherStack, position: number): string {
  const shown = differences.slice(0, 6).map(({ name, version, here }) => {
    if (version === null) return `without ${name}`;
    return here === null ? `with ${name} ${version}` : `${name} ${version}, not ${here}`;
  });
  const hidden = differences.length - shown.length;
  const more = hidden > 0 ? `; and ${hidden} more` : "";
  return safeText(
    `stack ${position + 2}: score ${scoreText(score.value)}: ${shown.join("; ")}${more}`,
  );
}
