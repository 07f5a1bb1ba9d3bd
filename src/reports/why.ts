import type { AdvisoryDatabase } from "../model/advisory.ts";
import type { StackDemand } from "../model/stack-graph.ts";
import type { Absence, WhyAnswer } from "../model/why.ts";
import { demandText } from "../model/why-text.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { Palette } from "./palette.ts";
import { counted, lines, listed } from "./wording.ts";

/** What an answer holds for. */
export interface WhySetting {
  readonly runtime: string;
  /** Undefined: none is imported. */
  readonly database: AdvisoryDatabase | undefined;
}

interface WhyOptions extends WhySetting {
  readonly color: Palette;
  readonly verbosity: "quiet" | "normal" | "verbose";
}

const mostPaths = 5;
const mostNames = 4;

/** `thoth why NAME`: what it is, the ways to it, what chose its version, what is known against it. */
export function renderWhy(answer: WhyAnswer, options: WhyOptions): string {
  const { node, paths } = answer;
  const { color, verbosity } = options;
  const version = node.version ?? "from a direct source";
  const closing = `  chosen: ${safeText(answer.reason)} (\`thoth explain ${answer.rule}\`)`;
  const head = color.strong(`${safeText(node.name)} ${safeText(version)}`);
  if (verbosity === "quiet") return lines([`${head}${closing.slice(1)}`]);
  const shown = verbosity === "verbose" ? paths : paths.slice(0, mostPaths);
  const hidden = paths.length - shown.length;
  return lines([
    `${head} (${safeText(node.categories.join(", "))})`,
    ...(paths.length === 0 ? [noPath(answer)] : shown.map((path) => `  ${pathText(path)}`)),
    ...(hidden > 0 ? [color.faint(`  and ${hidden} more lines lead to it (-v shows all)`)] : []),
    ...(verbosity === "verbose"
      ? answer.demands.map((one) => `  ${safeText(demandText(one))}`)
      : []),
    closing,
    ...(node.unknown === undefined
      ? [`  needs ${counted(node.needs.length, "package")} on ${safeText(options.runtime)}`]
      : [color.warning(`  what it needs is unknown: ${safeText(node.unknown)}`)]),
    `  ${advisoriesText(answer, options)}`,
  ]);
}

/** `thoth why` of what is in no stack. */
export function renderNotInStack(
  name: string,
  absence: Absence,
  meant: string | undefined,
  color: Palette,
): string {
  const hint =
    meant === undefined ? [] : [`${color.good("help")}: did you mean ${safeText(meant)}?`];
  return lines([
    safeText(`${name} is not in the lock: ${absenceText(absence)}`),
    ...(absence.standIn === undefined && absence.demand === undefined ? hint : []),
  ]);
}

function absenceText({ standIn, demand }: Absence): string {
  if (standIn !== undefined) return `${standIn.to} stands in for it (${standIn.by})`;
  if (demand === undefined) return "nothing needs it";
  return `${demand.by} asks for it, so that the next \`thoth advise\` takes it up`;
}

/** `thoth why --json`. */
export function whyJson(name: string, answer: WhyAnswer | undefined, setting: WhySetting): string {
  const document = { schema: "thoth.why", version: "1.0", name, runtime: setting.runtime };
  if (answer === undefined) return jsonDocument({ ...document, inStack: false });
  const { node, paths, demands, rule, reason, advisories, unsure } = answer;
  return jsonDocument({
    ...document,
    inStack: true,
    locked: node.version,
    categories: node.categories,
    extras: node.extras,
    paths: paths.map((path) => path.map(({ by, text, to }) => ({ by, text, package: to }))),
    demands,
    rule,
    reason,
    needs: node.unknown === undefined ? node.needs.map(({ text }) => text) : null,
    advisories: advisories?.map(({ id, severity }) => ({ id, rank: severity.rank })) ?? null,
    needsUnknown: unsure,
  });
}

/** Who gets nothing in the way of a path must not take that for "nobody needs it". */
function noPath({ unsure }: WhyAnswer): string {
  if (unsure.length === 0) return "  nothing needs it any more: the next `thoth advise` drops it";
  const who = listed(unsure.map(safeText), mostNames);
  return `  nothing known needs it; what ${who} need is not known`;
}

/** `Pipfile:7 flask ==2.3.3 > werkzeug >=2.3.7`. */
function pathText(path: readonly StackDemand[]): string {
  const [first] = path;
  return safeText(`${first?.by ?? ""} ${path.map(({ text }) => text).join(" > ")}`);
}

function advisoriesText({ node, advisories }: WhyAnswer, { database, color }: WhyOptions): string {
  if (node.version === undefined) return "whether advisories apply is unknown: no index lists it";
  if (database === undefined || advisories === undefined)
    return "whether advisories apply is unknown: none are imported";
  if (advisories.length === 0)
    return `no advisory of ${counted(database.records, "record")} applies`;
  const told = advisories.map(
    ({ id, severity }) => `${safeText(id)} (${severity.rank.toLowerCase()})`,
  );
  return color.warning(`affected by ${listed(told, mostNames)}`);
}
