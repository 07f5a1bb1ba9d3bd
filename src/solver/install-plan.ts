import type { InstalledFact } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";

/** One release to install: a wheel of it on this machine, its hash checked. */
export interface InstallPin {
  readonly release: Release;
  /** The index's file: the wheel itself, or the sdist that it was built of. */
  readonly filename: string;
  readonly sha256: string;
  /** Of the wheel. */
  readonly path: string;
}

export interface InstallCheck {
  readonly runtime: Runtime;
  /** Undefined: pip installs, which runs no code of a wheel; what it accepts says "no-sandbox". */
  readonly sandbox: Sandbox | undefined;
  /** Installed together and each imported. At most one release of a project in both lists. */
  readonly pins: readonly InstallPin[];
  /** Installed with them, since they are needed, but not looked at. */
  readonly context: readonly InstallPin[];
  readonly cacheDirectory: string;
  /** For one release; 60 s unless told. */
  readonly importTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each release as soon as it is known. */
  readonly onResult?: (release: Release, fact: InstalledFact) => void;
}
