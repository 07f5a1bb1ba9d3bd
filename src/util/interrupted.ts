/** Why work was aborted: the user or the system sent a signal. */
export class Interrupted extends Error {
  constructor(signal: string) {
    super(`stopped by ${signal}`);
    this.name = "Interrupted";
  }
}
