import type { AdviceReport } from "../model/advice-report.ts";
import type { ReportedUnit } from "../model/pipeline-report.ts";
import { safeText } from "../util/terminal-text.ts";
import { table } from "./table.ts";
import { listed } from "./wording.ts";

const mostPackages = 3;
const mostNames = 40;

/** What is to be known of the inputs and of the units that had a say, for who wants every reason. */
export function pipelineLines(
  { notes = [], pipeline = [] }: Pick<AdviceReport, "notes" | "pipeline">,
  { columns }: { readonly columns: number },
): readonly string[] {
  const told = notes.filter(({ type }) => type === "INFO");
  const busy = pipeline.filter(({ count }) => count > 0);
  const rows = busy.map((unit) => [`  ${unit.kind}`, safeText(unit.name), didText(unit)]);
  return [
    ...told.map(({ message }) => safeText(message)),
    ...(rows.length === 0
      ? []
      : ["units, of the releases that were looked at:", ...table(rows, { columns })]),
    ...namesLine("without effect", pipeline, ({ state, count }) => state === "on" && count === 0),
    ...namesLine("not asked for", pipeline, ({ state }) => state === "idle"),
    ...namesLine("switched off", pipeline, ({ state }) => state === "blocked"),
  ];
}

const did: Readonly<Record<ReportedUnit["kind"], string>> = {
  boot: "said",
  pseudonym: "offered",
  sieve: "dropped",
  step: "objects to",
  stride: "refused",
  wrap: "remarked",
};

/** `dropped 12: numpy 8 (2.4, 2.3, …), pandas 4`. */
function didText({ kind, count, packages }: ReportedUnit): string {
  const some = packages.map((one) => {
    const more = one.count > one.examples.length ? ", …" : "";
    return safeText(`${one.name} ${one.count} (${one.examples.join(", ")}${more})`);
  });
  return `${did[kind]} ${count}${some.length === 0 ? "" : `: ${listed(some, mostPackages)}`}`;
}

function namesLine(
  what: string,
  pipeline: readonly ReportedUnit[],
  wanted: (unit: ReportedUnit) => boolean,
): readonly string[] {
  const names = pipeline
    .filter(wanted)
    .map(({ name, reason }) => safeText(reason === undefined ? name : `${name} (${reason})`));
  return names.length === 0 ? [] : [`  ${what}: ${listed(names, mostNames)}`];
}
