import { asciiJson } from "./ascii-json.ts";
import { DamagedFileError, parseOwn, type Quarantine } from "./damage.ts";
import {
  type FactKey,
  type FactsSubject,
  findFact,
  readWholeFacts,
  writeFacts,
} from "./facts-file.ts";

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
  /** Answers of the file, so that one question has one answer until the next flush. */
  readonly #answers = new Map<FactKey, Fact | undefined>();

  constructor(path: string, kind: FactKind<Fact>, of: FactsSubject["of"], quarantine: Quarantine) {
    this.path = path;
    this.#kind = kind;
    this.#subject = { kind: kind.kind, of };
    this.#quarantine = quarantine;
  }

  get dirty(): boolean {
    return this.#put.size > 0;
  }

  get(key: FactKey): Fact | undefined {
    const put = this.#put.get(key);
    const known = this.#known(key);
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
    const whole = () => readWholeFacts(this.path, this.#subject);
    const facts = this.#quarantine.guard(whole) ?? new Map<FactKey, string>();
    let changed = false;
    for (const [key, fact] of this.#put) {
      const text = facts.get(key);
      const known = this.#quarantine.guard(() => this.#read(text));
      if (known !== undefined && this.#kind.prefer(known, fact) === known) continue;
      const learnt = asciiJson(fact);
      changed ||= learnt !== text;
      facts.set(key, learnt);
    }
    return changed ? writeFacts(this.#subject, facts) : undefined;
  }

  written(): void {
    this.#put.clear();
    this.#answers.clear();
  }

  #known(key: FactKey): Fact | undefined {
    const answer = this.#answers.get(key);
    if (answer !== undefined || this.#answers.has(key)) return answer;
    const find = () => this.#read(findFact(this.path, this.#subject, key));
    const found = this.#quarantine.guard(find);
    this.#answers.set(key, found);
    return found;
  }

  #read(text: string | undefined): Fact | undefined {
    if (text === undefined) return undefined;
    const value: unknown = parseOwn(this.path, () => JSON.parse(text));
    if (this.#kind.is(value)) return value;
    throw new DamagedFileError(this.path, "a fact lacks what it should say");
  }
}
