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
  /** Which of two facts about the same thing stays, or what both come to. */
  readonly prefer: (known: Fact, learnt: Fact) => Fact;
}

/** What became of facts that were offered. */
export interface Absorbed {
  readonly added: number;
  readonly renewed: number;
  readonly known: number;
}

/** What has to change where facts are kept, as JSON by key. */
export interface FactsChange {
  readonly set: ReadonlyMap<FactKey, string>;
  readonly removed: readonly FactKey[];
}

/** What was put or is to be forgotten at one moment, on its way to where facts are kept. */
export interface TakenFacts {
  /** What has to be known of them there. */
  readonly keys: readonly FactKey[];
  /** What they come to where others have written `facts` meanwhile. */
  changeOf(facts: ReadonlyMap<FactKey, string>): FactsChange;
  /** They are where they belong; what was put since is not. */
  written(): void;
}

/** One facts file with what was put since it was last written. */
export class FactsTable<Fact> {
  readonly subject: FactsSubject;
  #path: string;
  readonly #kind: FactKind<Fact>;
  readonly #quarantine: Quarantine;
  readonly #put = new Map<FactKey, Fact>();
  /** Facts of the file that hold no longer, by the key they had. */
  readonly #outdated = new Map<FactKey, Fact>();
  /** Answers of the file, so that one question has one answer until the next flush. */
  readonly #answers = new Map<FactKey, Fact | undefined>();
  /** Where the last fact was found: who asks for many asks in the file's order, newest first. */
  #near = 0;
  /** There was no file when it was looked for: of most packages most kinds of facts were never learnt. */
  #absent = false;

  constructor(path: string, kind: FactKind<Fact>, of: FactsSubject["of"], quarantine: Quarantine) {
    this.#path = path;
    this.#kind = kind;
    this.subject = { kind: kind.kind, of };
    this.#quarantine = quarantine;
  }

  get path(): string {
    return this.#path;
  }

  get dirty(): boolean {
    return this.#put.size > 0 || this.#outdated.size > 0;
  }

  /** The keys of all facts, of those not flushed too. Reads the whole file. */
  keys(): readonly FactKey[] {
    const whole = () => readWholeFacts(this.#path, this.subject);
    const written = [...(this.#quarantine.guard(whole)?.keys() ?? [])];
    return [
      ...new Set([...written.filter((key) => !this.#outdated.has(key)), ...this.#put.keys()]),
    ];
  }

  get(key: FactKey): Fact | undefined {
    const put = this.#put.get(key);
    const known = this.#known(key);
    if (put === undefined || known === undefined) return put ?? known;
    return this.#kind.prefer(known, put);
  }

  /** Forgets a fact if it is outdated; whether it was. A later `put` says anew what holds. */
  forget(key: FactKey, isOutdated: (fact: Fact) => boolean): boolean {
    const put = this.#put.get(key);
    const known = this.#known(key);
    let forgotten = false;
    if (put !== undefined && isOutdated(put)) forgotten = this.#put.delete(key);
    if (known !== undefined && isOutdated(known)) {
      this.#outdated.set(key, known);
      this.#answers.delete(key);
      forgotten = true;
    }
    return forgotten;
  }

  put(key: FactKey, fact: Fact): void {
    const earlier = this.#put.get(key);
    this.#put.set(key, earlier === undefined ? fact : this.#kind.prefer(earlier, fact));
  }

  /**
   * Puts those of many facts that are not known yet or that stay where two differ. How many are
   * new, took the place of another, or were known. Reads the whole file once.
   */
  absorb(facts: ReadonlyMap<FactKey, Fact>): Absorbed {
    const whole = () => readWholeFacts(this.#path, this.subject);
    const written = this.#quarantine.guard(whole);
    const counts = { added: 0, renewed: 0, known: 0 };
    for (const [key, fact] of facts) {
      const text = this.#outdated.has(key) ? undefined : written?.get(key);
      const known = this.#quarantine.guard(() => this.#read(text));
      const stays = known !== undefined && this.#kind.prefer(known, fact) === known;
      if (stays || text === asciiJson(fact)) {
        counts.known += 1;
        continue;
      }
      counts[known === undefined ? "added" : "renewed"] += 1;
      this.put(key, fact);
    }
    return counts;
  }

  /**
   * What the file should hold now, merged with what others wrote; undefined if it holds that
   * already. Call it under the store's lock, and `written` once it is on disk.
   */
  merged(): string | undefined {
    const whole = () => readWholeFacts(this.#path, this.subject);
    const facts = this.#quarantine.guard(whole) ?? new Map<FactKey, string>();
    const { set, removed } = this.take().changeOf(facts);
    if (set.size === 0 && removed.length === 0) return undefined;
    for (const key of removed) facts.delete(key);
    for (const [key, text] of set) facts.set(key, text);
    return writeFacts(this.subject, facts);
  }

  take(): TakenFacts {
    const [put, outdated] = [new Map(this.#put), new Map(this.#outdated)];
    return {
      keys: [...put.keys(), ...outdated.keys()],
      changeOf: (facts) => this.#changeOf(facts, put, outdated),
      written: () => {
        forgetSame(this.#put, put);
        forgetSame(this.#outdated, outdated);
        this.forgetRead();
      },
    };
  }

  written(): void {
    this.take().written();
  }

  /** What was read is out of date: from now on another file says what is known. */
  moveTo(path: string): void {
    this.#path = path;
    this.#near = 0;
    this.forgetRead();
  }

  /** Forgets the answers of the file. */
  forgetRead(): void {
    this.#answers.clear();
    this.#absent = false;
  }

  #changeOf(
    facts: ReadonlyMap<FactKey, string>,
    put: ReadonlyMap<FactKey, Fact>,
    outdated: ReadonlyMap<FactKey, Fact>,
  ): FactsChange {
    const set = new Map<FactKey, string>();
    const removed = new Set<FactKey>();
    for (const [key, fact] of outdated) {
      // What another process learnt meanwhile stays
      if (facts.get(key) === asciiJson(fact)) removed.add(key);
    }
    for (const [key, fact] of put) {
      const text = removed.has(key) ? undefined : facts.get(key);
      const known = this.#quarantine.guard(() => this.#read(text));
      const kept = known === undefined ? fact : this.#kind.prefer(known, fact);
      const learnt = asciiJson(kept);
      removed.delete(key);
      if (kept !== known && learnt !== facts.get(key)) set.set(key, learnt);
    }
    return { set, removed: [...removed] };
  }

  #known(key: FactKey): Fact | undefined {
    if (this.#absent) return undefined;
    const answer = this.#answers.get(key);
    if (answer !== undefined || this.#answers.has(key)) return answer;
    const found = this.#quarantine.guard(() => this.#find(key));
    const outdated = this.#outdated.get(key);
    const holds = outdated === undefined || asciiJson(found) !== asciiJson(outdated);
    this.#answers.set(key, holds ? found : undefined);
    return holds ? found : undefined;
  }

  #find(key: FactKey): Fact | undefined {
    const found = findFact(this.#path, this.subject, key, this.#near);
    this.#absent = found === "no-file";
    if (found === "no-file") return undefined;
    this.#near = found?.at ?? this.#near;
    return this.#read(found?.text);
  }

  #read(text: string | undefined): Fact | undefined {
    if (text === undefined) return undefined;
    const value: unknown = parseOwn(this.#path, () => JSON.parse(text));
    if (this.#kind.is(value)) return value;
    throw new DamagedFileError(this.#path, "a fact lacks what it should say");
  }
}

function forgetSame<Fact>(facts: Map<FactKey, Fact>, written: ReadonlyMap<FactKey, Fact>): void {
  for (const [key, fact] of written) if (facts.get(key) === fact) facts.delete(key);
}
