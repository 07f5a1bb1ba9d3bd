import type { AdviceRun } from "../model/run.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { safeText } from "../util/terminal-text.ts";
import type { Palette } from "./palette.ts";
import { ageText, counted } from "./wording.ts";

/** A watched project with what became of it last. */
export interface WatchedState {
  readonly project: WatchedProject;
  /** False once the folder or its Pipfile is gone. */
  readonly exists: boolean;
  readonly lastRun: AdviceRun | undefined;
  /** Path of the report that the last run left. */
  readonly report: string | undefined;
}

/** `thoth watch`: the watched projects. `now` is ms since the epoch. */
export function renderWatched(
  states: readonly WatchedState[],
  options: { readonly color: Palette; readonly now: number },
): string {
  const { color, now } = options;
  if (states.length === 0) return "No project is watched; `thoth watch DIR` adds one\n";
  const lines = states.flatMap((state) => {
    const directory = safeText(state.project.directory);
    if (!state.exists) {
      return [
        color.strong(directory),
        color.warning(
          `  it is gone, or what says what it needs is; \`thoth unwatch ${directory}\` forgets it`,
        ),
      ];
    }
    const report = state.report === undefined ? [] : [`  report: ${safeText(state.report)}`];
    return [
      color.strong(directory),
      `  ${watchedText(state.project)}`,
      `  ${lastRunText(state, now)}`,
      ...report,
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** `runtime of the project, without development packages; locks are written, then: make pr`. */
export function watchedText({ runtime, dev, write, exec }: WatchedProject): string {
  const parts = [
    runtime === null ? "for the project's own runtime" : `for ${safeText(runtime)}`,
    dev ? "all categories" : "[packages] only",
    write ? "new locks are written into the project" : "new locks are left with the report",
    ...(exec === null ? [] : [`then \`${safeText(exec)}\` is run`]),
  ];
  return parts.join(", ");
}

function lastRunText({ lastRun: run, report }: WatchedState, now: number): string {
  if (run === undefined) return "nothing has called for advice yet";
  const age = ageText(Math.max(0, now - Date.parse(run.updatedAt)));
  const problem = run.problem === undefined ? "" : `: ${safeText(run.problem)}`;
  return `run ${safeText(run.id)}, ${age} ago: ${stateText(run, report)}${problem}`;
}

function stateText(run: AdviceRun, report: string | undefined): string {
  const { state, outcome, lock, waitingFor } = run;
  if (state === "waiting") return `waits for ${counted(waitingFor.length, "fact")}`;
  if (state === "failed") return "failed";
  if (outcome !== "locked") return outcome ?? "ended";
  // A lock that stays is reported only where it stays at what an advisory names
  if (lock === "unchanged")
    return report === undefined ? "the lock is right as it is" : "the lock stays, and is not right";
  return lock === "written" ? "a new lock was written" : "a new lock is proposed";
}
