import type { Delivery } from "../messaging/queue.ts";
import type { LaneName } from "../model/lane.ts";
import type { AdviserTrigger, Message } from "../model/message.ts";
import { pause } from "../util/pause.ts";
import { type GroupOptions, GroupWork } from "./group-work.ts";
import { Heartbeat, leaseMs } from "./heartbeat.ts";
import { type Jobs, type Lane, openLanes } from "./lanes.ts";
import { isOfTheMachine, type Obstacle, Obstacles, thisMachine } from "./obstacles.ts";
import { reactionOf } from "./reacting.ts";

/** How an investigator attends to the queue. */
export interface AttendanceOptions extends GroupOptions {
  readonly jobs: Jobs;
  /** Most tasks that may wait in the engine; undefined: as many as the lanes have room for. */
  readonly maxPending?: number | undefined;
  /** Messages that it leaves to others; absent: none. Always says the same of a message. */
  readonly leave?: ((message: Message) => boolean) | undefined;
  /** Messages that became due by what was settled, e.g. advice that waited for it. */
  readonly due: () => Promise<readonly Message[]>;
}

/** What an investigator is at. */
export interface AttendanceStatus {
  readonly lanes: readonly {
    readonly lane: LaneName;
    readonly jobs: number;
    readonly inWork: number;
  }[];
  readonly obstacles: readonly Obstacle[];
  readonly stopping: boolean;
}

/** Numbers of messages. */
export interface Attended {
  readonly handled: number;
  /** Failures of messages; each is tried again, or given up after its last try. */
  readonly failed: number;
  /** What stood in the way at the end, without blame of any message. */
  readonly obstacles: readonly Obstacle[];
}

/** How often an empty queue is looked into, ms; and one that tells of what is published. */
const lookAgainMs = 500;
const lookAnywayMs = 2000;
/** How often what is due is asked for when nothing happens, ms. */
const dueAgainMs = 2000;
const mostCompanions = 100;

/**
 * The investigator: the consumer of everybody's messages. Work of different kinds runs side by
 * side in lanes; a claim takes no more than its lane starts on at once. What fails outside (an
 * index, the disk) makes waits, never dead letters.
 */
export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #lanes: readonly Lane[];
  readonly #heartbeat: Heartbeat;
  readonly #obstacles: Obstacles;
  readonly #work: GroupWork;
  readonly #groups = new Set<Promise<void>>();
  #wake: () => void = () => {};
  #settled = true;
  #askedDueAt = 0;
  #failure: unknown;

  constructor(options: AttendanceOptions) {
    this.#options = options;
    this.#lanes = openLanes(options.jobs, options.leave);
    this.#heartbeat = new Heartbeat(options.queue, (error) => this.#trouble(error));
    this.#obstacles = new Obstacles({ now: options.now });
    this.#work = new GroupWork(options, this.#heartbeat, this.#obstacles);
  }

  status(): AttendanceStatus {
    return {
      lanes: this.#lanes.map(({ name, jobs, inWork }) => ({ lane: name, jobs, inWork })),
      obstacles: this.#obstacles.all(),
      stopping: this.#options.signal.aborted,
    };
  }

  /** Resolves when stopped, or when nothing is left to do; what was not finished is given back. */
  async run(): Promise<Attended> {
    const { signal, follow, emit } = this.#options;
    const lanes = this.#lanes.map(({ name, jobs }) => `${name}=${jobs}`).join(" ");
    emit({ type: "investigator", state: "started", detail: lanes });
    this.#heartbeat.start();
    try {
      while (!signal.aborted && this.#failure === undefined) {
        if (await this.#round()) continue;
        if (!follow && this.#groups.size === 0 && !(await this.#moreToCome())) break;
        await this.#changed();
      }
      if (signal.aborted) emit({ type: "investigator", state: "stopping", detail: "" });
      await Promise.all(this.#groups);
    } finally {
      this.#heartbeat.stop();
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { ...this.#work.counts, obstacles: this.#obstacles.all() };
  }

  /** Starts what can be started; whether there was anything. */
  async #round(): Promise<boolean> {
    try {
      if (!(await this.#machineWorks())) return false;
      let taken = await this.#publishDue();
      for (const lane of this.#lanes) taken = (await this.#fill(lane)) || taken;
      return taken;
    } catch (error) {
      this.#trouble(error);
      return false;
    }
  }

  /** Whether something waits to be tried again, which is a matter of seconds. */
  async #moreToCome(): Promise<boolean> {
    if (this.#settled) return true;
    const { states } = await this.#options.queue.stats();
    return Object.values(states).some(({ delayed }) => delayed > 0);
  }

  /** After a failure of the disk, what is still in memory is written first; the queue may be away, too. */
  async #machineWorks(): Promise<boolean> {
    if (this.#blocked().includes(thisMachine)) return false;
    if (!this.#obstacles.all().some(({ place }) => place === thisMachine)) return true;
    await this.#options.flush();
    await this.#options.queue.paused();
    this.#work.worked(thisMachine);
    return true;
  }

  async #publishDue(): Promise<boolean> {
    const { due, queue, now } = this.#options;
    const waited = Math.abs(now() - this.#askedDueAt) >= dueAgainMs;
    if (!this.#settled && !waited) return false;
    this.#settled = false;
    this.#askedDueAt = now();
    const messages = await due();
    return messages.length > 0 && (await queue.publish(messages, { priority: 0 })) > 0;
  }

  async #fill(lane: Lane): Promise<boolean> {
    const { queue, signal } = this.#options;
    const room = Math.min(lane.room(), await this.#pendingRoom());
    if (room <= 0 || signal.aborted) return false;
    const accept = lane.accept(this.#blocked());
    const deliveries = await queue.claim(room, { accept, leaseMs });
    if (deliveries.length === 0) return false;
    for (const group of groupsOf(await this.#withCompanions(lane, deliveries), lane.batch))
      this.#start(lane, group);
    return true;
  }

  async #pendingRoom(): Promise<number> {
    const { engine, maxPending = Number.POSITIVE_INFINITY } = this.#options;
    return maxPending - ((await engine.pending?.()) ?? this.#heartbeat.size);
  }

  /** All that calls for advice in one project is one advice. */
  async #withCompanions(lane: Lane, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const triggers = deliveries.flatMap(({ message }) =>
      message.type === "adviser_trigger" ? [message] : [],
    );
    if (lane.name !== "advise" || triggers.length === 0) return deliveries;
    const { leave = () => false } = this.#options;
    const accept = (message: Message) =>
      message.type === "adviser_trigger" &&
      !leave(message) &&
      triggers.some((one) => isOfOneProject(one, message));
    const others = await this.#options.queue.claim(mostCompanions, { accept, leaseMs });
    return [...deliveries, ...others];
  }

  #start(lane: Lane, group: readonly Delivery[]): void {
    lane.inWork += group.length;
    const work = this.#work
      .handle(lane.name, group)
      .catch((error: unknown) => this.#trouble(error))
      .finally(() => {
        lane.inWork -= group.length;
        this.#groups.delete(work);
        this.#settled = true;
        this.#wake();
      });
    this.#groups.add(work);
  }

  #blocked(): readonly string[] {
    // Who does not stay does not wait
    if (!this.#options.follow) return this.#obstacles.all().map(({ place }) => place);
    return this.#obstacles.blocked();
  }

  /** The disk may have room again later; anything else is a bug, and ends the run. */
  #trouble(error: unknown): void {
    const { follow } = this.#options;
    if (follow && isOfTheMachine(error)) this.#work.stands(thisMachine, error.message);
    else this.#failure ??= error;
    this.#wake();
  }

  /** Waits until a group is done or it is time to look again. */
  async #changed(): Promise<void> {
    if (this.#settled) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const { queue, signal } = this.#options;
    const end = AbortSignal.any([woken.signal, signal]);
    await (queue.news?.(lookAnywayMs, end) ?? pause(lookAgainMs, end));
  }
}

/** Messages of one kind of work, and of one project where that is advice, up to a number. */
function groupsOf(
  deliveries: readonly Delivery[],
  batch: number,
): readonly (readonly Delivery[])[] {
  const groups: Delivery[][] = [];
  const open = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const { message } = delivery;
    const advice = message.type === "adviser_trigger";
    const key = advice ? projectKey(message) : reactionOf(message).kind;
    const group = open.get(key);
    if (group !== undefined && (advice || group.length < batch)) group.push(delivery);
    else {
      const fresh = [delivery];
      open.set(key, fresh);
      groups.push(fresh);
    }
  }
  return groups;
}

function isOfOneProject(a: AdviserTrigger, b: AdviserTrigger): boolean {
  return projectKey(a) === projectKey(b);
}

function projectKey({ project, runtime, dev }: AdviserTrigger): string {
  return JSON.stringify([project, runtime, dev]);
}
