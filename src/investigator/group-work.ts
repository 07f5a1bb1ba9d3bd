import type { Delivery, MessageQueue } from "../messaging/queue.ts";
import type { Emit, InvestigationEvent } from "../model/event.ts";
import type { LaneName } from "../model/lane.ts";
import type { Message } from "../model/message.ts";
import type { Reaction, TaskResult } from "../model/task.ts";
import { pause } from "../util/pause.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { isOfTheMachine, type Obstacles, placeOf, placesOf, thisMachine } from "./obstacles.ts";
import { failed, react, reactionOf, settle, type Verdict, verdictOn } from "./reacting.ts";

type Outcome = Extract<InvestigationEvent, { readonly type: "handled" }>["outcome"];

/** What the work on messages needs. */
export interface GroupOptions {
  readonly queue: MessageQueue;
  readonly engine: Engine;
  /** Makes what was learnt durable; called before messages are acknowledged. */
  readonly flush: () => Promise<void>;
  readonly signal: AbortSignal;
  /** Goes on as messages come; else it ends once nothing is left that can be done now. */
  readonly follow: boolean;
  /** Called before a group of messages is worked on. */
  readonly before: () => void;
  readonly emit: Emit;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** From a group of claimed messages of one kind to what becomes of them. */
export class GroupWork {
  readonly #options: GroupOptions;
  readonly #heartbeat: Heartbeat;
  readonly #obstacles: Obstacles;
  #handled = 0;
  #failed = 0;

  constructor(options: GroupOptions, heartbeat: Heartbeat, obstacles: Obstacles) {
    this.#options = options;
    this.#heartbeat = heartbeat;
    this.#obstacles = obstacles;
  }

  get counts(): { readonly handled: number; readonly failed: number } {
    return { handled: this.#handled, failed: this.#failed };
  }

  /** Something stands in the way at a place. */
  stands(place: string, reason: string): void {
    const obstacle = this.#obstacles.failed(place, reason);
    if (obstacle === undefined) return;
    const waitMs = obstacle.until - this.#options.now();
    this.#options.emit({ type: "obstacle", place, reason, waitMs });
  }

  worked(place: string): void {
    if (this.#obstacles.worked(place)) this.#options.emit({ type: "obstacle-gone", place });
  }

  async handle(lane: LaneName, deliveries: readonly Delivery[]): Promise<void> {
    const { now, emit } = this.#options;
    const ids = deliveries.map(({ id }) => id);
    this.#heartbeat.hold(ids);
    try {
      const startedAt = now();
      const reactions = deliveries.map(({ message }) => reactionOf(message));
      const results = await this.#run(deliveries);
      const durationMs = Math.max(0, now() - startedAt);
      this.#note(reactions, results);
      const verdict = this.#verdict(deliveries, reactions, results);
      const follow = results.flatMap((result) => (result.ok ? result.follow : []));
      await this.#durably(deliveries, follow, verdict);
      const task = reactions[0]?.kind ?? "park";
      const done = verdict.done.length;
      emit({ type: "batch", lane, task, tasks: ids.length, failed: ids.length - done, durationMs });
      this.#tell(verdict, reactionsByDelivery(deliveries, reactions));
    } finally {
      this.#heartbeat.drop(ids);
    }
  }

  /** What a bug throws fails its messages, and nothing else. */
  async #run(deliveries: readonly Delivery[]): Promise<readonly TaskResult[]> {
    const { before, engine } = this.#options;
    try {
      before();
      return await react(deliveries, engine);
    } catch (cause) {
      return deliveries.map(() => failed(cause));
    }
  }

  /** What succeeded shows what works. */
  #note(reactions: readonly Reaction[], results: readonly TaskResult[]): void {
    for (const [position, reaction] of reactions.entries()) {
      if (reaction.kind === "park" || results[position]?.ok !== true) continue;
      for (const place of placesOf(reaction)) this.worked(place);
    }
  }

  #verdict(
    deliveries: readonly Delivery[],
    reactions: readonly Reaction[],
    results: readonly TaskResult[],
  ): Verdict {
    const { signal } = this.#options;
    return verdictOn(deliveries, results, (position) => {
      const [delivery, reaction] = [deliveries[position], reactions[position]];
      const result = results[position];
      if (signal.aborted) return true;
      if (delivery === undefined || reaction === undefined || reaction.kind === "park")
        return false;
      if (result === undefined || result.ok) return false;
      const place = placeOf(result.cause, reaction);
      if (place === undefined || !this.#obstacles.excuses(place, delivery.message)) return false;
      this.stands(place, result.reason);
      return true;
    });
  }

  /** Until it is on disk: with a full disk it waits, with all results in hand. */
  async #durably(
    deliveries: readonly Delivery[],
    follow: readonly Message[],
    verdict: Verdict,
  ): Promise<void> {
    const { queue, flush, signal } = this.#options;
    for (;;) {
      try {
        await flush();
        // Before the acknowledgement: a crash in between repeats messages, it loses none
        if (follow.length > 0) await queue.publish(follow, { priority: 1 });
        await settle(queue, this.#own(verdict));
        this.worked(thisMachine);
        return;
      } catch (error) {
        const waits = this.#options.follow && isOfTheMachine(error) && !signal.aborted;
        if (!waits) {
          // Else they come back when this process ends
          await queue.release(deliveries.map(({ id }) => id)).catch(() => {});
          throw error;
        }
        this.stands(thisMachine, error.message);
      }
      await pause(this.#obstacles.waitMs(thisMachine), signal);
    }
  }

  /** Without the messages that are in somebody else's hands by now. */
  #own(verdict: Verdict): Verdict {
    const isOwn = ({ id }: Delivery) => !this.#heartbeat.isLost(id);
    return {
      done: verdict.done.filter(isOwn),
      release: verdict.release.filter(isOwn),
      retry: verdict.retry.filter(({ delivery }) => isOwn(delivery)),
      bury: verdict.bury.filter(({ delivery }) => isOwn(delivery)),
    };
  }

  #tell(verdict: Verdict, reactions: ReadonlyMap<string, Reaction>): void {
    const tell = (delivery: Delivery, outcome: Outcome, reason?: string) => {
      const { id, message } = delivery;
      const lost = this.#heartbeat.isLost(id);
      this.#options.emit({
        type: "handled",
        message: message.type,
        subject: subjectOf(message),
        task: reactions.get(id)?.kind ?? "park",
        outcome: lost ? "lost" : outcome,
        ...(reason === undefined ? {} : { reason }),
      });
      if (outcome === "done" || outcome === "dead") this.#obstacles.forget(message);
    };
    this.#handled += verdict.done.length + verdict.bury.length + verdict.retry.length;
    const parked = verdict.bury.filter(
      ({ delivery }) => reactions.get(delivery.id)?.kind === "park",
    );
    this.#failed += verdict.retry.length + verdict.bury.length - parked.length;
    for (const delivery of verdict.done) tell(delivery, "done");
    for (const { delivery, reason } of verdict.bury) tell(delivery, "dead", reason);
    for (const { delivery, reason } of verdict.retry) tell(delivery, "retry", reason);
    for (const delivery of verdict.release) tell(delivery, "released");
  }
}

function reactionsByDelivery(
  deliveries: readonly Delivery[],
  reactions: readonly Reaction[],
): ReadonlyMap<string, Reaction> {
  return new Map(
    deliveries.flatMap(({ id }, position) => {
      const reaction = reactions[position];
      return reaction === undefined ? [] : [[id, reaction] as const];
    }),
  );
}

/** What a message speaks of, for people. */
export function subjectOf(message: Message): string {
  if ("package_name" in message) {
    const version = "package_version" in message ? message.package_version : null;
    return version === null ? message.package_name : `${message.package_name} ${version}`;
  }
  return "project" in message ? message.project : "";
}
