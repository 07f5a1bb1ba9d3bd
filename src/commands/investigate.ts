import { Attendance, type AttendanceStatus, type Attended } from "../investigator/attendance.ts";
import { subjectOf } from "../investigator/group-work.ts";
import { dueTriggers } from "../loop/due-runs.ts";
import { investigatorEngine } from "../loop/investigator-engine.ts";
import type { Emit } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { renderProblem } from "../reports/diagnostic.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderInvestigation } from "../reports/results.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { runContinuer } from "./continue-run.ts";
import { withServices } from "./with-services.ts";

/** `thoth investigate`: handles what waits, for all projects; `follow` goes on until stopped. */
export async function runInvestigate(
  follow: boolean,
  context: CommandContext,
): Promise<CommandResult> {
  const startedAt = Date.now();
  return withServices(context, context.workingDirectory, async (services) => {
    const attended = await serving(services, (emit, watch) =>
      attend(follow, { services, context, emit, watch }),
    );
    return reported(attended, services, context, Date.now() - startedAt);
  });
}

type Watch = (status: () => AttendanceStatus) => void;

async function attend(
  follow: boolean,
  options: {
    readonly services: Services;
    readonly context: CommandContext;
    readonly emit: Emit;
    readonly watch: Watch;
  },
): Promise<Attended> {
  const { services, context, emit, watch } = options;
  const { configuration, store, signal, now } = services;
  const attendance = new Attendance({
    queue: services.queue(),
    engine: await services.outside(
      investigatorEngine({ ...services, emit }, runContinuer(services, context)),
    ),
    flush: () => store.flush(),
    before: () => store.catchUp(),
    due: () => dueTriggers(services),
    leave: configuration.knowledge === "json" ? undefined : isElsewhere(services),
    follow,
    jobs: configuration.jobs,
    maxPending: configuration.maxPending,
    signal,
    emit,
    now,
  });
  watch(() => attendance.status());
  const every = follow ? configuration.refreshEveryMs : undefined;
  if (every === undefined) return attendance.run();
  const { refreshRegularly } = await import("./refresh-regularly.ts");
  const over = new AbortController();
  const whileItRuns = AbortSignal.any([signal, over.signal]);
  const refreshing = refreshRegularly({ ...services, signal: whileItRuns }, every, emit);
  try {
    return await attendance.run();
  } finally {
    over.abort();
    await refreshing;
  }
}

/** Whether a message asks for advice in a project that another machine of the team has. */
function isElsewhere({ runs, projects }: Services): (message: Message) => boolean {
  return (message) => {
    if (message.type !== "adviser_trigger") return false;
    const { project, re_run_adviser_id: id } = message;
    if (id !== null) return !runs.isHere({ id, project });
    return !projects.all().some(({ directory }) => directory === project);
  };
}

/** Serves metrics and health meanwhile, where that is asked for. */
async function serving(
  services: Services,
  work: (emit: Emit, watch: Watch) => Promise<Attended>,
): Promise<Attended> {
  const { configuration, emit, now } = services;
  const address = configuration.listen;
  if (address === undefined) return work(emit, () => {});
  const { serveInvestigator } = await import("./investigator-server.ts");
  const { investigationMetrics } = await import("../reports/investigation-metrics.ts");
  const metrics = investigationMetrics();
  let status = (): AttendanceStatus => ({ lanes: [], obstacles: [], stopping: false });
  const queue = services.queue();
  const server = await serveInvestigator({ address, queue, status: () => status(), metrics, now });
  emit({ type: "investigator", state: "listening", detail: server.at });
  try {
    return await work(
      (event) => {
        emit(event);
        metrics.emit(event);
      },
      (told) => {
        status = told;
      },
    );
  } finally {
    await server.close();
  }
}

async function reported(
  attended: Attended,
  services: Services,
  context: CommandContext,
  durationMs: number,
): Promise<CommandResult> {
  const { ready, leased, states } = await services.queue().stats();
  const retried = Object.values(states).reduce((sum, { delayed }) => sum + delayed, 0);
  const dead = (await services.queue().deadLetters()).map(({ message, reason }) => ({
    message: `${message.type} ${subjectOf(message)}`.trimEnd(),
    reason,
  }));
  const { handled, failed, obstacles } = attended;
  const result = { handled, retried, dead, waiting: ready + leased, durationMs };
  const problems = obstacles.map(({ place, reason }) => ({ place, reason }));
  const stdout = context.json
    ? jsonDocument({ schema: "thoth.investigation", version: "1.1", ...result, failed, problems })
    : renderInvestigation(result, { columns: context.columns, color: context.color.stdout });
  const stderr = problems.map((problem) => `${problemText(problem.reason, context)}\n`).join("");
  const cutShort = services.signal.aborted && ready > 0;
  const incomplete = failed > 0 || retried > 0 || cutShort;
  return { stdout, stderr, exitCode: problems.length > 0 ? 4 : incomplete ? 3 : 0 };
}

function problemText(reason: string, context: CommandContext): string {
  const hint = "what needs it waits in the queue: run `thoth investigate` again once it is back";
  const problem = { code: "index-unreachable" as const, message: reason, hint };
  return renderProblem(problem, { color: context.color.stderr });
}
