import type { Consultation } from "../adviser/advise.ts";
import type { IndexSources } from "../loop/index-sources.ts";
import type { Manifest } from "../loop/manifest.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Services } from "../wiring.ts";

/** All that advice on one project depends on. */
export interface AdviceQuestion {
  readonly services: Services;
  readonly runtime: Runtime;
  readonly sources: IndexSources;
  readonly project: Project;
  readonly manifest: Manifest;
  readonly dev: boolean;
  /** Identifies the run to whoever should repeat it if it dies; undefined if nobody should. */
  readonly runId: string | undefined;
}

/** Advice, and what to do once it was acted upon. */
export interface Obtained extends Consultation {
  /** What the gaps that are left failed on; undefined if nothing failed. */
  readonly failure: unknown;
  readonly end: () => Promise<void>;
}
