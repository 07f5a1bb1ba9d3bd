/** A project that is advised anew when something changes under its lock. */
export interface WatchedProject {
  /** Absolute path of the folder that holds the Pipfile; the project's identity. */
  readonly directory: string;
  /** Name of the runtime to advise for; null: the project's default. */
  readonly runtime: string | null;
  readonly dev: boolean;
  /** Write new locks into the project; else they are left with the report. */
  readonly write: boolean;
  /** Command line of a shell that is told of each report; null: nobody is. */
  readonly exec: string | null;
  /** ISO 8601. */
  readonly addedAt: string;
}
