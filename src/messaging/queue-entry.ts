import type { Message } from "../model/message.ts";
import type { ProcessIdentity } from "../util/process-identity.ts";

/** One message in the queue; what an entry is at a time follows from its lease and its death. */
export interface QueueEntry {
  readonly id: number;
  /** As published; checked again before it is handed out. */
  readonly message: Message;
  readonly priority: number;
  /** Deliveries up to now. */
  readonly attempt: number;
  /** Rejections up to now. */
  readonly failures: number;
  /** Not to be delivered before, ms since the epoch. */
  readonly notBefore: number;
  /** When it was published, ms since the epoch. */
  readonly since?: number;
  readonly lease?: Lease;
  /** Set on a dead letter. */
  readonly dead?: string;
}

export interface Lease {
  /** ms since the epoch. */
  readonly until: number;
  /** The same by the clock that counts since the boot. */
  readonly ticks?: number;
  /** How long it was given for. */
  readonly ms?: number;
  readonly by: ProcessIdentity;
}

export type Place = "ready" | "delayed" | "in-work" | "gone";

/** Where a living entry is; entries are replaced, the slot stays. */
export interface Slot {
  entry: QueueEntry;
  place: Place;
}
