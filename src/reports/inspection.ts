import { type Inspection, type InspectionJob, isSuccess } from "../model/inspection.ts";
import { safeLines, safeText } from "../util/terminal-text.ts";
import { failureText } from "./failure-text.ts";
import type { ResultOptions } from "./results.ts";
import { table, usableColumns } from "./table.ts";
import { bytesText, counted, durationText } from "./wording.ts";

/** `thoth inspect`: a line a run, what failed, and the verdict; with `quiet` the verdict alone. */
export function renderInspection(
  inspection: Inspection,
  options: ResultOptions & { readonly quiet: boolean },
): string {
  const { color } = options;
  const { jobs, refused, problem, script, runtime, requirements_locked } = inspection;
  const what = `${script.name} on ${runtime.id}, ${counted(requirements_locked.pins.length, "release")}`;
  const failed = jobs.find(({ exit_code }) => exit_code !== 0);
  const told = [
    color.strong(safeText(what)),
    ...(jobs.length === 0 ? [] : runTable(jobs, options)),
    ...(failed === undefined ? [] : safeLines(failed.stderr).map((line) => `  ${line}`)),
    ...refused.flatMap(({ name, version, failure, detail }) => [
      color.error(safeText(`${name} ${version} was not installed: ${failureText(failure)}`)),
      ...safeLines(detail).map((line) => `  ${line}`),
    ]),
    ...(problem === null ? [] : safeLines(problem).map((line) => color.error(line))),
  ];
  const paint = isSuccess(inspection) ? color.good : color.error;
  return [...(options.quiet ? [] : told), paint(verdict(inspection))]
    .map((line) => `${line}\n`)
    .join("");
}

function runTable(jobs: readonly InspectionJob[], { columns, color }: ResultOptions) {
  const heading = ["RUN", "EXIT", "WALL", "USER", "SYSTEM", "MEMORY", "SWITCHES", "FAULTS"];
  const rows = jobs.map((job, position) => {
    const of = (...names: readonly string[]) =>
      names.reduce((sum, name) => sum + (job.usage[name] ?? 0), 0);
    return [
      String(position + 1),
      endOf(job),
      durationText(job.wall_seconds * 1000),
      durationText(of("ru_utime") * 1000),
      durationText(of("ru_stime") * 1000),
      bytesText(of("ru_maxrss") * 1024),
      String(of("ru_nvcsw", "ru_nivcsw")),
      String(of("ru_majflt", "ru_minflt")),
    ];
  });
  return table(rows, { columns: usableColumns(columns), heading, color });
}

function endOf({ exit_code, signal, timed_out }: InspectionJob): string {
  if (timed_out) return "took too long";
  return exit_code === null ? `signal ${signal}` : String(exit_code);
}

function verdict({ jobs, refused }: Inspection): string {
  if (refused.length > 0) return "The script was not run: the lock can't be installed here";
  const ended = jobs.filter(({ exit_code }) => exit_code === 0).length;
  if (jobs.length === 0) return "No run came to its end";
  return `${ended} of ${counted(jobs.length, "run")} ended well`;
}
