import type { Reader } from "../util/setting-readers.ts";

/** What one setting may be. */
export interface Rule<T> {
  /** As `.thoth.yaml` spells it. */
  readonly name: string;
  readonly read: Reader<T>;
  /** What it takes, for messages. */
  readonly takes: string;
  /** May hold a password: its text is never shown. */
  readonly secret?: true;
}

/** A setting that always has a value: what counts where nobody sets it, as text. */
export interface StandardRule<T> extends Rule<T> {
  readonly standard: string;
}
