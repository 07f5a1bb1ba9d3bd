/**
 * Work that begets work: `run` may be called from within what is running, and `done` resolves once
 * nothing is left. The first failure is kept and thrown by `done`; what runs is left to finish.
 */
export class TaskGroup {
  private pending = 0;
  private failed = false;
  private failure: unknown;
  private waiting: (() => void)[] = [];

  run(work: () => Promise<void>): void {
    this.pending += 1;
    work().then(
      () => this.settle(),
      (error: unknown) => {
        if (!this.failed) this.failure = error;
        this.failed = true;
        this.settle();
      },
    );
  }

  async done(): Promise<void> {
    if (this.pending > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.failed) throw this.failure;
  }

  private settle(): void {
    this.pending -= 1;
    if (this.pending > 0) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
