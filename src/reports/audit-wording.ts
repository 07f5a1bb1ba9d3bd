import type { AuditedPin, AuditFinding, Hold, Remedy } from "../model/audit.ts";

// What several reports say of an audit, in the same words. Foreign text is made safe by each report.

/** `jinja2 2.10`. */
export function pinText({ pin }: AuditedPin): string {
  return pin.version === undefined ? pin.name : `${pin.name} ${pin.version}`;
}

/** `malware`, `high 7.5`, `low`, `unrated`. */
export function severityText({ advisory }: AuditFinding): string {
  if (advisory.kind === "malware") return "malware";
  const { rank, score } = advisory.severity;
  if (rank === "UNKNOWN") return "unrated";
  const word = rank.toLowerCase();
  return score === undefined ? word : `${word} ${score.toFixed(1)}`;
}

/** Moves all that is affected, as far as the Pipfile and the other packages allow. */
export const mendingCommand = "thoth advise";

/** What forbids a release, and what a line may say instead. */
export function holdText(hold: Hold): string {
  if (hold.by === "release") return `${hold.name}==${hold.version} needs ${hold.needs}`;
  const { where, spelling, specifier } = hold.line;
  return `${where} says ${spelling} ${specifier}: write \`${hold.instead}\``;
}

/** Why nothing newer would do. */
export function nothingText({ newest, refused }: Extract<Remedy, { state: "none" }>): string {
  if (refused !== undefined) return `${refused.version} would do, but ${refused.reason}`;
  return newest === undefined
    ? "no newer release is listed"
    : `each newer release up to ${newest} is affected, too`;
}

/** The change that mends a pin, as one sentence. */
export function remedyText(name: string, remedy: Remedy): string {
  switch (remedy.state) {
    case "unknown":
      return `What fixes it is unknown: ${remedy.reason}.`;
    case "none":
      return `Nothing fixes it: ${nothingText(remedy)}.`;
    case "update":
      return `Take ${name} ${remedy.version}${remedy.older ? ", an older release" : ""}: \`${mendingCommand}\`.`;
    case "held":
      return `Take ${name} ${remedy.version}, held back as ${remedy.holds.map(holdText).join("; ")}.`;
  }
}
