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

/** The command that moves one package as far as the rest allows. */
export function upgradeCommand(name: string): string {
  return `thoth advise --upgrade-package ${name}`;
}

/** What forbids a release, and what a line may say instead. */
export function holdText(hold: Hold): string {
  if (hold.by === "release") return `${hold.name}==${hold.version} needs ${hold.needs}`;
  const { where, spelling, specifier } = hold.line;
  return `${where} says ${spelling} ${specifier}: write \`${hold.instead}\``;
}

/** The change that mends a pin, as one sentence. */
export function remedyText(name: string, remedy: Remedy): string {
  switch (remedy.state) {
    case "unknown":
      return `What mends it is unknown: ${remedy.reason}.`;
    case "none":
      return remedy.newest === undefined
        ? "No newer release is listed."
        : `Each newer release up to ${remedy.newest} is affected, too.`;
    case "update":
      return `Take ${name} ${remedy.version}: \`${upgradeCommand(name)}\`.`;
    case "held":
      return `Take ${name} ${remedy.version}, held back as ${remedy.holds.map(holdText).join("; ")}.`;
  }
}
