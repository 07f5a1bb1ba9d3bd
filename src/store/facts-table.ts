import { asciiJson } from "./ascii-json.ts";
import { DamagedFileError, parseOwn, type Quarantine } from "./damage.ts";
import { type FactKey, FactsFile, type FactsSubject, writeFacts } from "./facts-file.ts";

/** What a kind of fact needs to be read, checked and merged. */
export interface FactKind<Fact> {
  readonly kind: FactsSubject["kind"];
  /** Whether what was read has the shape of such a fact: the file may have been edited by hand. */
  readonly is: (value: unknown) => value is Fact;
  /** Which of two facts about the same thing stays. */
  readonly prefer: (known: Fact, learnt: Fact) => Fact;
}

/** One facts file with what was put since it was last written. */
export class FactsTable<Fact> {
  readonly path: string;
  readonly #kind: FactKind<Fact>;
  readonly #subject: FactsSubject;
  readonly #quarantine: Quarantine;
  readonly #put = new Map<FactKey, Fact>();
  /** null: there is no file. undefined: not looked yet. */
  #file: FactsFile | null | undefined;

  constructor(path: string, kind: FactKind<Fact>, of: FactsSubject["of"], quarantine: Quarantine) {
    this.path = path;
    this.#kind = kind;
    this.#subject = { kind: kind.kind, of };
    this.#quarantine = quarantine;
  }

  get dirty(): boolean {
    return this.#put.size > 0;
  }

  get open(): boolean {
    return this.#file?.open ?? false;
  }

  get(key: FactKey): Fact | undefined {
    const put = this.#put.get(key);
    const known = this.#guard(() => this.#read(this.#opened()?.find(key)));
    if (put === undefined || known === undefined) return put ?? known;
    return this.#kind.prefer(known, put);
  }

  put(key: FactKey, fact: Fact): void {
    const earlier = this.#put.get(key);
    this.#put.set(key, earlier === undefined ? fact : this.#kind.prefer(earlier, fact));
  }

  /**
   * What the file should hold now, merged with what others wrote; undefined if it holds that
   * already. Call it under the store's lock, and `written` once it is on disk.
   */
  merged(): string | undefined {
    this.forget();
    const facts = new Map(this.#guard(() => this.#opened()?.entries()));
    let changed = false;
    for (const [key, fact] of this.#put) {
      const text = facts.get(key);
      const known = text === undefined ? undefined : this.#guard(() => this.#read(text));
      if (known !== undefined && this.#kind.prefer(known, fact) === known) continue;
      const learnt = asciiJson(fact);
      changed ||= learnt !== text;
      facts.set(key, learnt);
    }
    return changed ? writeFacts(this.#subject, facts) : undefined;
  }

  written(): void {
    this.#put.clear();
    this.forget();
  }

  /** What was read of the file may be out of date. */
  forget(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  settle(): void {
    this.#file?.settle();
  }

  #opened(): FactsFile | undefined {
    if (this.#file === undefined) this.#file = FactsFile.open(this.path, this.#subject) ?? null;
    return this.#file ?? undefined;
  }

  #guard<T>(read: () => T): T | undefined {
    const before = this.#quarantine.count;
    const answer = this.#quarantine.guard(read);
    if (this.#quarantine.count > before) {
      this.forget();
      this.#file = null;
    }
    return answer;
  }

  #read(text: string | undefined): Fact | undefined {
    if (text === undefined) return undefined;
    const value: unknown = parseOwn(this.path, () => JSON.parse(text));
    if (this.#kind.is(value)) return value;
    throw new DamagedFileError(this.path, "a fact lacks what it should say");
  }
}
