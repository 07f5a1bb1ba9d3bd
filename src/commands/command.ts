import type { ConfigurationFlags } from "../config.ts";
import type { Emit } from "../model/event.ts";
import type { Palette } from "../reports/palette.ts";

/** What `cli.ts` hands to every command. */
export interface CommandContext {
  readonly flags: ConfigurationFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly color: { readonly stdout: Palette; readonly stderr: Palette };
  /** Columns of stdout, where it is a terminal. */
  readonly columns: number | undefined;
  readonly json: boolean;
  readonly verbosity: "quiet" | "normal" | "verbose";
}

/** What a command has to say; `cli.ts` writes it and exits with the code. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}
