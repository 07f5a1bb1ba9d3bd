/** A project that is advised anew when something changes under its lock. */
export interface WatchedProject {
  /** Absolute path of its folder; the project's identity. */
  readonly directory: string;
  /** What says what it needs, and its lock: absolute paths. Absent: Pipfile and Pipfile.lock. */
  readonly files?: { readonly manifest: string; readonly lock: string };
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
