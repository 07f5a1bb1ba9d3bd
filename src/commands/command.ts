import type { Command } from "commander";
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
  /** The program ends at once, whatever is still under way: it was given up. */
  readonly atOnce?: true;
}

/** What the line set for one command, as commander has it. */
export type CommandOptions = Readonly<Record<string, unknown>>;

/** Runs a command with its options, prints what it returns and takes its exit code. */
export type Perform = (
  options: CommandOptions,
  run: (context: CommandContext) => Promise<CommandResult>,
) => Promise<void>;

/** How a file adds its commands to the catalogue. */
export interface CommandAdder {
  readonly perform: Perform;
  /** Gives a command the options that every command has. */
  readonly everywhere: (command: Command) => Command;
}
