import type { Finding, Rank } from "../../model/finding.ts";
import type { CallSite, Runs } from "./machine.ts";

/** What a rule has to say about a place. */
export interface Verdict {
  readonly rule: string;
  readonly severity: Rank;
  readonly confidence: Rank;
  readonly text: string;
  readonly alarm?: Finding["alarm"];
}

/** Looks at each call of a file. */
export type CallRule = (site: CallSite) => Verdict | undefined;

/** What was seen in a file as a whole. */
export interface FileFacts {
  readonly path: string;
  readonly text: string;
  readonly runs: Runs;
  /** Rules that marked a text of the file, each with the line of the first and the texts. */
  readonly traces: ReadonlyMap<string, Trace>;
  /** Canonical names of all that was called. */
  readonly called: ReadonlySet<string>;
}

/** Texts of one kind in a file. */
export interface Trace {
  readonly line: number;
  readonly texts: Set<string>;
}

/** Looks at a file when all of it was read. */
export type FileRule = (facts: FileFacts) => (Verdict & { readonly line: number }) | undefined;

/** How an alarm depends on when code runs: what nobody asked for blocks, what is called may warn. */
export function alarmAt(runs: Runs, called?: "block" | "warn"): { alarm?: "block" | "warn" } {
  if (runs !== "call") return { alarm: "block" };
  return called === undefined ? {} : { alarm: called };
}
