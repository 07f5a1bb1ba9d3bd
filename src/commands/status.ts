import { existsSync } from "node:fs";
import { join } from "node:path";
import { estimateOf } from "../loop/estimate.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { QueuedMessage } from "../messaging/queue.ts";
import type { Message } from "../model/message.ts";
import type { AdviceRun } from "../model/run.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { type AwaitedMessage, type RunStatus, renderRun, renderRuns } from "../reports/status.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

const schema = { schema: "thoth.status", version: "1.0" };

/** `thoth status`: all runs, or one by the beginning of its id. */
export async function runStatus(
  id: string | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async (services) =>
    id === undefined ? allRuns(services, context) : oneRun(id, services, context),
  );
}

async function allRuns(services: Services, context: CommandContext): Promise<CommandResult> {
  const runs = services.runs.all();
  const queued = await services.queue().list({ states: living });
  const { ready, leased, dead } = await services.queue().stats();
  const queue = { ready, leased, dead };
  const statuses = runs.map((run) => statusOf(run, runs, queued, services));
  const stdout = context.json
    ? jsonDocument({ ...schema, runs: statuses.map(told), queue })
    : renderRuns(statuses, queue, textOptions(services, context));
  return { stdout, stderr: "", exitCode: 0 };
}

async function oneRun(
  id: string,
  services: Services,
  context: CommandContext,
): Promise<CommandResult> {
  const runs = services.runs.all();
  const run = runNamed(id, runs);
  const queued = await services.queue().list();
  const alive = queued.filter(({ state }) => state !== "dead");
  const status = statusOf(run, runs, alive, services);
  const awaited = awaitedMessages(run, queued);
  const stdout = context.json
    ? jsonDocument({ ...schema, run: { ...told(status), messages: awaited } })
    : renderRun(status, awaited, textOptions(services, context));
  return { stdout, stderr: "", exitCode: exitCodeOf(run) };
}

const living = ["in-work", "ready", "delayed", "paused"] as const;

function exitCodeOf({ state, outcome }: AdviceRun): number {
  if (state === "waiting" || outcome === "incomplete") return 3;
  return state === "failed" || outcome === "unsatisfiable" ? 1 : 0;
}

function runNamed(id: string, runs: readonly AdviceRun[]): AdviceRun {
  const found = runs.filter((run) => run.id.startsWith(id));
  const [first, ...others] = found;
  if (first !== undefined && (others.length === 0 || first.id === id)) return first;
  const many = found.map((run) => run.id).join(", ");
  throw new ThothError(
    "usage",
    first === undefined
      ? `no run is called \`${id}\``
      : `\`${id}\` is the beginning of several runs`,
    { hint: first === undefined ? "`thoth status` lists the runs there are" : `name one: ${many}` },
  );
}

function statusOf(
  run: AdviceRun,
  runs: readonly AdviceRun[],
  queued: readonly QueuedMessage[],
  services: Services,
): RunStatus {
  const waits = run.state === "waiting";
  const report = reportOf(services.runs.folder(run.id));
  return {
    run,
    short: shortest(run.id, runs),
    ...(waits ? { estimate: estimateOf(queued, run, services) } : {}),
    ...(report === undefined ? {} : { report }),
  };
}

const shortestId = 8;

function shortest(id: string, runs: readonly AdviceRun[]): string {
  let length = shortestId;
  const others = runs.filter((run) => run.id !== id);
  while (others.some((run) => run.id.startsWith(id.slice(0, length)))) length += 1;
  return id.slice(0, length);
}

function reportOf(folder: string): string | undefined {
  return ["report.md", "advice.json"].map((name) => join(folder, name)).find(existsSync);
}

function awaitedMessages(
  { waitingFor }: AdviceRun,
  queued: readonly QueuedMessage[],
): readonly AwaitedMessage[] {
  const states = new Map(queued.map((one) => [messageKey(one.message), one]));
  return waitingFor.map((message) => {
    const entry = states.get(messageKey(message));
    const reason = entry?.reason;
    return {
      text: messageText(message),
      state: entry?.state ?? "settled",
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

/** `releases of flask`, `installation of flask 3.0.3 on linux-glibc236-x86_64-cp311`. */
function messageText(message: Message): string {
  if (message.type !== "unresolved_package") return message.type;
  const { package_name: name, package_version: version, solver, index_url: place } = message;
  if (solver !== null) return `installation of ${name} ${version} on ${solver}`;
  if (version !== null) return `metadata of ${name} ${version}`;
  return /^https?:/.test(place) ? `releases of ${name}` : `source of ${name}`;
}

/** A run for programs. */
function told({ run, estimate, report }: RunStatus) {
  const { waitingFor, ...members } = run;
  return { ...members, estimate, report, waitingFor: waitingFor.length };
}

function textOptions(services: Services, context: CommandContext) {
  return {
    columns: context.columns,
    color: context.color.stdout,
    now: services.now(),
    verbose: context.verbosity === "verbose",
  };
}
