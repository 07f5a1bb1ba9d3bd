import type {
  FailOnReport,
  HeldBack,
  IgnoredAdvisory,
  PolicyReport,
} from "../model/policy-report.ts";
import { safeText } from "../util/terminal-text.ts";
import { markdownText } from "./markdown-text.ts";
import type { Palette } from "./palette.ts";
import { table } from "./table.ts";
import { counted, listed } from "./wording.ts";

const heading = ["package", "locked", "available", "released", "eligible"];
const mostHeld = 10;

/** What the policy made of an advice, in lines for a terminal. */
export function policyLines(
  policy: PolicyReport | undefined,
  options: { readonly columns: number; readonly verbose: boolean; readonly color: Palette },
): readonly string[] {
  if (policy === undefined) return [];
  const { heldBack, ignored, failOn } = policy;
  const { verbose, columns, color } = options;
  const shown = verbose ? heldBack : heldBack.slice(0, mostHeld);
  const rows = shown.map((one) => cells(one).map(safeText));
  const hidden = heldBack.length - shown.length;
  return [
    ...(rows.length === 0
      ? []
      : [
          `held back by the cool-down: ${counted(heldBack.length, "package")}`,
          ...table(rows, { columns, heading, color }),
        ]),
    ...(hidden > 0 ? [color.faint(`and ${hidden} more (-v shows all)`)] : []),
    ...ignored.map((one) => safeText(`ignored: ${ignoredText(one)}`)),
    ...(failOn === undefined ? [] : failLines(failOn, color)),
  ];
}

/** The same in Markdown; nothing of a package's or an index's text is markup. */
export function policyMarkdown(policy: PolicyReport | undefined): readonly string[] {
  if (policy === undefined) return [];
  const { heldBack, ignored, failOn } = policy;
  const row = (texts: readonly string[]) => `| ${texts.join(" | ")} |`;
  const held = [
    "## Held back by the cool-down",
    "",
    row(heading),
    row(heading.map(() => "---")),
    ...heldBack.map((one) => row(cells(one).map(markdownText))),
    "",
  ];
  const lines = [
    ...ignored.map((one) => `ignored: ${ignoredText(one)}`),
    ...(failOn === undefined ? [] : failTexts(failOn)),
  ];
  return [
    ...(heldBack.length === 0 ? [] : held),
    ...lines.map((line) => `- ${markdownText(line)}`),
  ];
}

function cells({ name, locked, available, released, eligible }: HeldBack): readonly string[] {
  const unknown = "unknown";
  return [name, locked, available, dayOf(released) ?? unknown, eligible ?? unknown];
}

function dayOf(moment: string | undefined): string | undefined {
  return moment?.slice(0, 10);
}

function ignoredText({
  id,
  package: name,
  version,
  reason,
  until,
  where,
}: IgnoredAdvisory): string {
  const end = until === undefined ? where : `until ${until}, ${where}`;
  return `${id} of ${name} ${version}: ${reason} (${end})`;
}

function failLines(report: FailOnReport, color: Palette): readonly string[] {
  return failTexts(report).map((line) => color.error(safeText(line)));
}

/** An unknown severity stands apart: it may be as bad as can be. */
function failTexts({ severity, known, advisories }: FailOnReport): readonly string[] {
  if (!known && severity !== "none")
    return ["--fail-on: no advisories are imported, so nobody knows"];
  const text = ({ id, package: name, version }: FailOnReport["advisories"][number]) =>
    `${id} of ${name} ${version}`;
  const told = advisories.filter(({ rank }) => rank !== "UNKNOWN").map(text);
  const unrated = advisories.filter(({ rank }) => rank === "UNKNOWN").map(text);
  return [
    ...(told.length === 0 ? [] : [`fails on ${severity}: ${listed(told, mostHeld)}`]),
    ...(unrated.length === 0 ? [] : [`fails on unknown severity: ${listed(unrated, mostHeld)}`]),
  ];
}
