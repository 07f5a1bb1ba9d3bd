/** What a process wrote, of which the beginning is dropped once it is more than `limit` characters. */
export class OutputTail {
  truncated = false;
  readonly #decoder = new TextDecoder();
  readonly #limit: number;
  #parts: string[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a chunk and returns it as text. */
  add(chunk: Uint8Array): string {
    const text = this.#decoder.decode(chunk, { stream: true });
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > 2 * this.#limit) this.#cut();
    return text;
  }

  text(): string {
    this.#parts.push(this.#decoder.decode());
    this.#cut();
    return this.#parts.join("");
  }

  #cut(): void {
    const whole = this.#parts.join("");
    if (whole.length > this.#limit) this.truncated = true;
    const kept = whole.slice(-this.#limit);
    this.#parts = [kept];
    this.#length = kept.length;
  }
}
