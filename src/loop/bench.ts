import type { Product } from "../model/advice.ts";
import type { FailureClass } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Frontier } from "../solver/frontier.ts";
import type { Learner } from "../solver/learner.ts";
import type { Services } from "../wiring.ts";
import type { IndexSources } from "./index-sources.ts";

/** Wheels that a build needs, or why they can't be had. */
export type BuildEnvironment =
  | { readonly ok: true; readonly wheels: readonly string[] }
  | { readonly ok: false; readonly failure: FailureClass; readonly detail: string };

/** Where the work for one runtime and one set of indexes is done. */
export interface Bench {
  readonly services: Services;
  readonly runtime: Runtime;
  readonly ranks: ReadonlyMap<string, number>;
  readonly sources: IndexSources;
  readonly learner: Learner;
  /** The wheels for the `[build-system].requires` lines of a source. */
  readonly buildWheels: (lines: readonly string[]) => Promise<BuildEnvironment>;
  /** Addresses of direct sources with their credentials, by the address without. */
  readonly directUrls: ReadonlyMap<string, string>;
  /** Runs ahead of the adviser for the project at hand. */
  frontier: Frontier;
  /** The stack being tried: what an installation is checked together with. */
  stack: Product | undefined;
}
