import type { Evidence, WhyNotVerdict } from "./why.ts";

/** Why a release is not taken, as a sentence without its end. */
export function verdictText(version: string, verdict: WhyNotVerdict): string {
  switch (verdict.rule) {
    case "no-such-release":
      return verdict.reason;
    case "in-the-stack":
      return `${version} is the one that is locked`;
    case "unusable":
      return `${version} ${verdict.reason}`;
    case "pre-release":
      return `${version} is a pre-release that nobody asked for`;
    case "conflict":
      return `${version} leads to a conflict: ${verdict.headline}`;
    case "unknown":
      return `${version}: ${[...verdict.demands.map(demandText), `not known: ${listed(verdict.gaps)}`].join("; ")}`;
    case "least-against":
      return `${version} ${listed(verdict.objections)}`;
    case "kept":
      return `${version} would fit, too, but a lock keeps what it has`;
    case "demand":
    case "constraint":
      return `${version} is excluded: ${listed(verdict.demands.map(demandText))}`;
  }
}

/** One demand as a sentence: `Pipfile:7 asks for flask <3`, `flask==2.3 needs werkzeug <3`. */
export function demandText({ by, text }: Evidence): string {
  return /:\d+$/.test(by) ? `${by} asks for ${text}` : `${by} needs ${text}`;
}

function listed(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  return others.length === 0 ? first : `${first}, and ${others.length} more`;
}
