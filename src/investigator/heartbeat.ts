import type { MessageQueue } from "../messaging/queue.ts";

/** How long a claim holds without a sign of life, ms; a dead process's claim ends at once. */
export const leaseMs = 120_000;

/** Says for all messages in hand that they are still worked on; knows which were lost meanwhile. */
export class Heartbeat {
  readonly #queue: Pick<MessageQueue, "extend">;
  readonly #onTrouble: (error: unknown) => void;
  readonly #held = new Set<string>();
  readonly #lost = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(queue: Pick<MessageQueue, "extend">, onTrouble: (error: unknown) => void) {
    this.#queue = queue;
    this.#onTrouble = onTrouble;
  }

  get size(): number {
    return this.#held.size;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.beat().catch(this.#onTrouble);
    }, leaseMs / 3);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  hold(ids: readonly string[]): void {
    for (const id of ids) this.#held.add(id);
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) {
      this.#held.delete(id);
      this.#lost.delete(id);
    }
  }

  /** Whether it became somebody else's while this process was suspended. */
  isLost(id: string): boolean {
    return this.#lost.has(id);
  }

  async beat(): Promise<void> {
    if (this.#held.size === 0) return;
    const lost = await this.#queue.extend([...this.#held], leaseMs);
    // What was settled while the queue was asked is not lost
    for (const id of lost) if (this.#held.has(id)) this.#lost.add(id);
  }
}
