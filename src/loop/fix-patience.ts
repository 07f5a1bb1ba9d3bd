/** A conflict has little patience: for what teaches nothing, and for all that is tried. */
const idleMs = 45_000;
const mostMs = 120_000;
/** The same for one change. */
const attemptIdleMs = 30_000;
const attemptMostMs = 90_000;

/**
 * How long changes that end a conflict are looked for. Time counts while nothing is learnt, up to
 * an end; who sets a limit of time has the whole of it used.
 */
export class FixPatience {
  readonly #now: () => number;
  readonly #timeoutMs: number | undefined;
  readonly #end: number;
  readonly #limits = new Set<() => void>();
  #idleSince: number;

  /** `now`: ms since the epoch; `timeoutMs`: what the user set. */
  constructor(now: () => number, timeoutMs: number | undefined) {
    this.#now = now;
    this.#timeoutMs = timeoutMs;
    this.#idleSince = now();
    this.#end = now() + (timeoutMs ?? mostMs);
  }

  /** Something was learnt: whoever waits may wait longer. */
  learnt(): void {
    this.#idleSince = this.#now();
    for (const restart of this.#limits) restart();
  }

  /** Whether to try no more. */
  spent(): boolean {
    const idleEnd = this.#timeoutMs === undefined ? this.#idleSince + idleMs : this.#end;
    return this.#now() > Math.min(idleEnd, this.#end);
  }

  /** Gives one attempt a signal that ends it in time, with `reason`; `dispose` when it is over. */
  limit(reason: Error): { readonly signal: AbortSignal; readonly dispose: () => void } {
    const controller = new AbortController();
    const abort = () => controller.abort(reason);
    const most = this.#timeoutMs === undefined ? attemptMostMs : this.#timeoutMs / 2;
    const idle = setTimeout(abort, Math.max(attemptIdleMs, this.#timeoutMs ?? 0)).unref();
    const end = setTimeout(abort, most).unref();
    const restart = () => void idle.refresh();
    this.#limits.add(restart);
    const dispose = () => {
      clearTimeout(idle);
      clearTimeout(end);
      this.#limits.delete(restart);
    };
    return { signal: controller.signal, dispose };
  }
}
