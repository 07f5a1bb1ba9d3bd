/** Why work was aborted: the user or the system sent a signal. */
export class Interrupted extends Error {
  /** The signal's name. */
  readonly by: string;
  /** What there is to say of the work, a line each. */
  readonly notes: readonly string[];

  constructor(by: string, notes: readonly string[] = []) {
    super(`stopped by ${by}`);
    this.name = "Interrupted";
    this.by = by;
    this.notes = notes;
  }
}
