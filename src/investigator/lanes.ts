import { availableParallelism } from "node:os";
import { type LaneName, laneNames, laneOfTask } from "../model/lane.ts";
import type { Message } from "../model/message.ts";
import { indexOf, laneHere } from "./obstacles.ts";
import { reactionOf } from "./reacting.ts";

/** Messages that a lane has in work at once. */
export type Jobs = Readonly<Partial<Record<LaneName, number>>>;

const cores = availableParallelism();

/** `jobs` messages at once at most, in groups of `batch`: many are cheaper together where they wait for a network or a disk. */
const laneRules: Readonly<Record<LaneName, { readonly jobs: number; readonly batch: number }>> = {
  index: { jobs: 200, batch: 50 },
  sources: { jobs: cores, batch: 1 },
  // A stack is tried out as one, and as many environments at once as there are cores
  install: { jobs: 64 * cores, batch: 64 },
  "si-scan": { jobs: 1, batch: 1 },
  notes: { jobs: 200, batch: 100 },
  advise: { jobs: 1, batch: 1 },
};

/** One lane: what it takes, and how much of it now. */
export class Lane {
  readonly name: LaneName;
  readonly jobs: number;
  readonly batch: number;
  /** Messages in work. */
  inWork = 0;
  #blocked = "";
  readonly #leave: (message: Message) => boolean;
  #accept: ((message: Message) => boolean) | undefined;

  /** `leave` says of which messages it takes none. */
  constructor(
    name: LaneName,
    jobs: number | undefined,
    leave: (message: Message) => boolean = () => false,
  ) {
    this.name = name;
    this.#leave = leave;
    this.jobs = jobs ?? laneRules[name].jobs;
    this.batch = Math.min(laneRules[name].batch, this.jobs);
  }

  /** Messages that it can start on at once. */
  room(): number {
    const free = Math.max(0, this.jobs - this.inWork);
    return free - (free % this.batch);
  }

  /** What it takes while some places are not to be tried. The same function until those change. */
  accept(blocked: readonly string[]): (message: Message) => boolean {
    const key = blocked.join("\n");
    if (this.#accept === undefined || this.#blocked !== key) {
      const closed = new Set(blocked);
      const laneClosed = closed.has(laneHere(this.name));
      this.#accept = (message) => !laneClosed && this.#takes(message, closed);
      this.#blocked = key;
    }
    return this.#accept;
  }

  #takes(message: Message, closed: ReadonlySet<string>): boolean {
    const reaction = reactionOf(message);
    if (reaction.kind === "park") return this.name === "notes";
    if (laneOfTask[reaction.kind] !== this.name || this.#leave(message)) return false;
    // Notes that name an index do not ask it
    const index = this.name === "notes" ? undefined : indexOf(reaction);
    return index === undefined || !closed.has(index);
  }
}

export function openLanes(jobs: Jobs, leave?: (message: Message) => boolean): readonly Lane[] {
  return laneNames.map((name) => new Lane(name, jobs[name], leave));
}
