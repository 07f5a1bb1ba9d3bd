import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Command, CommanderError } from "commander";
import { addCommands } from "./commands/catalogue.ts";
import type { CommandContext, CommandResult } from "./commands/command.ts";
import type { ConfigurationFlags } from "./config.ts";
import { renderError } from "./reports/diagnostic.ts";
import { palette, wantsColor } from "./reports/palette.ts";
import { type Progress, type ProgressOptions, startProgress } from "./reports/progress.ts";
import { lines } from "./reports/wording.ts";
import { errorCode, storageError } from "./util/atomic-write.ts";
import { errorCodes, ThothError } from "./util/errors.ts";
import { Interrupted } from "./util/interrupted.ts";
import { programVersion } from "./util/program.ts";
import { safeText } from "./util/terminal-text.ts";

const usageError = 2;
const bug = 5;

/** Options that every command has. */
export interface GlobalOptions {
  readonly color?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly exitZero?: boolean;
  /** A log in place of progress: for what runs for days. */
  readonly logFormat?: "text" | "json";
}

/** Runs the program; resolves to its exit code. The one place that ends it, and that hears signals. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${programVersion}\n`);
    return 0;
  }
  let exitCode = 0;
  const program = new Command("thoth")
    .description("Advises which versions of Python dependencies to run, and says why")
    .version(programVersion, "-V, --version")
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "error[THOTH-E0001]: ")),
    });
  addCommands(program, async (options, run) => {
    exitCode = await perform(options, run);
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageError;
    throw error;
  }
}

type Run = (context: CommandContext) => Promise<CommandResult>;

async function perform(
  options: GlobalOptions & Record<string, unknown>,
  run: Run,
): Promise<number> {
  // First of all: what came since the start is heard by whoever listens at the first pause
  const signals = listen(options.logFormat !== "json");
  const { stdout, stderr } = process;
  const environment = process.env;
  const choice = options.color ?? "auto";
  const colorFor = (stream: NodeJS.WriteStream) =>
    palette(wantsColor({ choice: colorChoice(choice), environment, isTty: stream.isTTY === true }));
  const color = { stdout: colorFor(stdout), stderr: colorFor(stderr) };
  const json = options.json === true;
  const quiet = options.quiet === true;
  const progress = await startTelling(options, {
    stream: stderr,
    quiet,
    json,
    color: color.stderr,
  });
  try {
    // Lets a signal in that came while the program started
    await setImmediate();
    signals.signal.throwIfAborted();
    const result = await run({
      flags: configurationFlags(options),
      environment,
      workingDirectory: process.cwd(),
      signal: signals.signal,
      emit: progress.emit,
      color,
      columns: stdout.columns,
      json,
      verbosity: quiet ? "quiet" : options.verbose === true ? "verbose" : "normal",
    });
    progress.stop();
    stderr.write(result.stderr);
    await written(stdout, result.stdout);
    const mild = result.exitCode === 1 || result.exitCode === 3;
    const exitCode = signals.caught() ?? (options.exitZero === true && mild ? 0 : result.exitCode);
    if (result.atOnce === true) process.exit(exitCode);
    return exitCode;
  } catch (error) {
    progress.stop();
    if (error instanceof Interrupted) stderr.write(lines(error.notes.map(safeText)));
    return signals.caught() ?? failure(error, options.debug === true, color.stderr);
  } finally {
    signals.stop();
  }
}

/** Progress for who watches, or a log. */
async function startTelling(
  { logFormat }: GlobalOptions,
  options: ProgressOptions,
): Promise<Progress> {
  if (logFormat === undefined) return startProgress(options);
  const { startLog } = await import("./reports/investigation-log.ts");
  return startLog({ stream: options.stream, format: logFormat, now: Date.now });
}

/** The options that are settings, as the command line gave them. */
function configurationFlags(options: Record<string, unknown>): ConfigurationFlags {
  const text = (name: string) => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const list = (name: string) => {
    const value = options[name];
    return Array.isArray(value) ? value.join(",") : undefined;
  };
  const texts = (name: string) => {
    const value = options[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
  };
  return {
    store: text("store"),
    offline: options["offline"] === true ? true : undefined,
    runtime: text("runtime"),
    python: text("python"),
    indexUrl: text("indexUrl"),
    verify: text("verify"),
    recommendationType: text("recommendationType"),
    freshness: text("freshness"),
    timeout: text("timeout"),
    jobs: text("jobs"),
    maxPending: text("maxPending"),
    listen: text("listen"),
    refreshEvery: text("refreshEvery"),
    asOf: text("asOf"),
    requirementsFormat: text("requirementsFormat"),
    input: text("input"),
    constraints: texts("constraint"),
    cooldown: text("cooldown"),
    prescriptions: texts("prescriptions"),
    pseudonyms: options["pseudonyms"] === true ? true : undefined,
    blockUnit: list("blockUnit"),
    update: text("update"),
    labels: text("labels"),
  };
}

function colorChoice(choice: string): "auto" | "always" | "never" {
  if (choice === "always" || choice === "never") return choice;
  return "auto";
}

/** A reader that went away (`| head`) is no failure of ours. */
function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on("error", (error) => {
      if (errorCode(error) === "EPIPE") resolve();
      else reject(storageError(error, "standard output", "disk-full"));
    });
    stream.write(text, (error) => {
      if (!error) resolve();
    });
  });
}

interface Signals {
  readonly signal: AbortSignal;
  /** Dies by the signal that came, if one did. */
  readonly caught: () => number | undefined;
  readonly stop: () => void;
}

/** The first signal stops the work in good order, the second ends the program at once. */
function listen(told: boolean): Signals {
  const controller = new AbortController();
  // Hundreds of requests wait for it at once
  setMaxListeners(0, controller.signal);
  let received: NodeJS.Signals | undefined;
  const names = ["SIGINT", "SIGTERM"] as const;
  const heard = (name: NodeJS.Signals) => {
    if (received !== undefined) {
      stop();
      process.kill(process.pid, name);
    }
    received = name;
    if (told) process.stderr.write("\nstopping; once more ends at once\n");
    controller.abort(new Interrupted(name));
  };
  const stop = () => {
    for (const name of names) process.removeListener(name, heard);
  };
  for (const name of names) {
    // Whom the start of the program had listen for it till now
    const before = process.listeners(name);
    process.on(name, heard);
    for (const one of before) process.removeListener(name, one);
  }
  const caught = () => {
    if (received === undefined) return undefined;
    stop();
    process.kill(process.pid, received);
    return received === "SIGINT" ? 130 : 143;
  };
  return { signal: controller.signal, caught, stop };
}

/** A Pipfile, lock or policy that an error names, for showing its lines; their names are paths from here. */
function sourceText(file: string): string | undefined {
  if (!/(^|\/)(Pipfile(\.lock)?|thoth\.toml|py\w+\.toml|[\w.-]+\.(in|txt))$/.test(file))
    return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The error itself is told all the same
    return undefined;
  }
}

function failure(error: unknown, debug: boolean, color: ReturnType<typeof palette>): number {
  const { stderr } = process;
  const trace = error instanceof Error && debug ? `${error.stack}\n` : "";
  if (error instanceof ThothError) {
    stderr.write(`${renderError(error, { color, sourceText })}\n${trace}`);
    return errorCodes[error.code].exit;
  }
  const message = error instanceof Error ? error.message : String(error);
  stderr.write(`error[THOTH-E0500]: this is a bug of Thoth: ${message}\n`);
  stderr.write(`help: please report it with what \`--debug\` prints\n${trace}`);
  return bug;
}
