/**
 * Work that several ask for at the same time and that is done once: two runtimes that try out one
 * release need the same file in the same moment.
 */
export class UnderWay<Answer> {
  readonly #asked = new Map<string, Promise<Answer>>();

  /** The answer of who asked first; if that failed, perhaps since it was stopped, one's own. */
  async share(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const first = this.#asked.get(key);
    if (first !== undefined) {
      const answer = await first.then(
        (found) => ({ found }),
        () => undefined,
      );
      return answer === undefined ? this.share(key, ask) : answer.found;
    }
    const asked = ask();
    this.#asked.set(key, asked);
    const forget = () => this.#asked.delete(key);
    // Who asked needs a moment to write the answer down
    asked.then(() => setImmediate(forget), forget);
    return asked;
  }
}
