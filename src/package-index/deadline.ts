/** Time limits of one exchange, in milliseconds. */
export interface Limits {
  /** Longest time without a byte. */
  readonly idleMs: number;
  /** Longest time for the whole answer. */
  readonly totalMs: number;
}

/** Thrown by a guard whose time is up. */
export class TimeUp extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = "TimeUp";
  }
}

/** Watches over one exchange. */
export interface Guard {
  /** Aborted when time is up or a caller gives up. */
  readonly signal: AbortSignal;
  /** Rejects at the same moment, whatever the library underneath does about the signal. */
  readonly broken: Promise<never>;
  /** Says that a byte arrived. */
  touch(): void;
  stop(): void;
}

/** Starts the clock; `stop` must be called in a `finally`. */
export function startGuard(limits: Limits, signals: readonly (AbortSignal | undefined)[]): Guard {
  const controller = new AbortController();
  const broken = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), {
      once: true,
    });
  });
  // Whoever races against it hears of it; nobody else needs to.
  broken.catch(() => undefined);
  const idle = setTimeout(() => controller.abort(new TimeUp(limits.idleMs)), limits.idleMs);
  const total = setTimeout(() => controller.abort(new TimeUp(limits.totalMs)), limits.totalMs);
  const releases = signals.map((signal) => follow(signal, controller));
  return {
    signal: controller.signal,
    broken,
    touch: () => idle.refresh(),
    stop: () => {
      clearTimeout(idle);
      clearTimeout(total);
      for (const release of releases) release();
    },
  };
}

// AbortSignal.any keeps every signal it ever made alive on Node 20 while a source lives.
function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => undefined;
  const pass = () => controller.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener("abort", pass, { once: true });
  return () => signal.removeEventListener("abort", pass);
}

/** Waits; rejects with the reason of the first signal that is aborted. */
export async function sleep(
  ms: number,
  signals: readonly (AbortSignal | undefined)[] = [],
): Promise<void> {
  const controller = new AbortController();
  const releases = signals.map((signal) => follow(signal, controller));
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      const stop = () => {
        clearTimeout(timer);
        reject(controller.signal.reason);
      };
      if (controller.signal.aborted) stop();
      controller.signal.addEventListener("abort", stop, { once: true });
    });
  } finally {
    for (const release of releases) release();
  }
}
