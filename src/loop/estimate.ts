import { reactionOf } from "../investigator/reacting.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { QueuedMessage } from "../messaging/queue.ts";
import type { Estimate } from "../model/estimate.ts";
import { type LaneName, laneOfTask } from "../model/lane.ts";
import type { AdviceRun } from "../model/run.ts";
import type { Task } from "../model/task.ts";
import type { Services } from "../wiring.ts";

/**
 * How long whoever waits for messages will wait: the queue's length times measured times.
 * `queued`: all that waits or is in work, as `list` gave it.
 */
export function estimateOf(
  queued: readonly QueuedMessage[],
  { waitingFor, further }: Pick<AdviceRun, "waitingFor" | "further">,
  { workTimes, now }: Pick<Services, "workTimes" | "now">,
): Estimate {
  const own = new Set(waitingFor.map(messageKey));
  const lanes = new Map<LaneName, QueuedMessage[]>();
  for (const one of queued) {
    for (const kind of kindOf(one)) {
      const lane = lanes.get(laneOfTask[kind]);
      if (lane === undefined) lanes.set(laneOfTask[kind], [one]);
      else lane.push(one);
    }
  }
  const isOwn = ({ message }: QueuedMessage) => own.has(messageKey(message));
  // What comes after the last of its own in a lane delays nobody
  const before = [...lanes.values()].map((lane) => lane.slice(0, lane.findLastIndex(isOwn) + 1));
  const facts = before.flat().filter(isOwn);
  const ahead = before.flat().length - facts.length;
  const counts = { facts: facts.length, further, ahead };
  const lanesNow = before.map((lane) => laneTime(lane.flatMap(kindOf), workTimes));
  const later = laneTime(
    Array.from({ length: further }, () => "install" as const),
    workTimes,
  );
  const unknown = reasonOf(facts, [...lanesNow, later]);
  if (unknown !== undefined) return { ...counts, unknown };
  const delays = facts.map(({ dueAt = 0 }) => dueAt - now());
  // Lanes run side by side: who waits, waits for the longest
  return { ...counts, ms: Math.max(0, ...lanesNow.map(({ ms }) => ms), ...delays) + later.ms };
}

/** Nothing where the message comes to no work. */
function kindOf({ message }: QueuedMessage): readonly Task["kind"][] {
  const { kind } = reactionOf(message);
  return kind === "park" ? [] : [kind];
}

interface LaneTime {
  readonly ms: number;
  readonly unmeasured: ReadonlySet<Task["kind"]>;
}

function laneTime(kinds: readonly Task["kind"][], workTimes: Services["workTimes"]): LaneTime {
  const unmeasured = new Set<Task["kind"]>();
  let ms = 0;
  for (const kind of kinds) {
    const mean = workTimes.meanMs(kind);
    if (mean === undefined) unmeasured.add(kind);
    else ms += mean;
  }
  return { ms, unmeasured };
}

function reasonOf(facts: readonly QueuedMessage[], times: readonly LaneTime[]): string | undefined {
  const paused = facts.find(({ state }) => state === "paused");
  if (paused !== undefined) {
    const { type } = paused.message;
    return `\`${type}\` is paused: \`thoth queue resume ${type}\``;
  }
  const kinds = new Set(times.flatMap(({ unmeasured }) => [...unmeasured]));
  if (kinds.size === 0) return undefined;
  return `how long ${[...kinds].join(" and ")} takes was never measured here`;
}
