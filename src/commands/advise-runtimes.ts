import { resolve } from "node:path";
import { loadConfiguration } from "../config.ts";
import type { ReportedPin } from "../model/advice-report.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import { type AdviseFlags, reportedAdvice, told } from "./advise.ts";
import type { CommandContext, CommandResult } from "./command.ts";

/** One runtime's part of the answer. */
interface Answer {
  readonly runtime: string;
  readonly result: CommandResult;
  /** Whether the lock of the first runtime holds here, where one lock serves all. */
  readonly holds?: boolean;
  readonly differences: readonly ReportedPin[];
}

/** The worse, the later: an answer that is no outweighs what is unknown, a failure outweighs both. */
const severity = [0, 3, 1, 2, 4, 5];

/**
 * `thoth advise --runtime all`: every runtime that `.thoth.yaml` declares, in its order. With
 * overlays each has a lock of its own; else the first runtime's lock is written, and the others are
 * asked whether it holds for them, too. One that fails does not stop the others.
 */
export async function runAdviseRuntimes(
  flags: AdviseFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const { names, overlays } = await declared(flags, context);
  if (!flags.wait) {
    throw new ThothError("usage", "--no-wait advises for one runtime at a time", {
      hint: `name one: ${names.map((name) => `--runtime ${name}`).join(", ")}`,
    });
  }
  const answers: Answer[] = [];
  for (const [position, name] of names.entries()) {
    const shared = !overlays && position > 0;
    const own = shared ? { ...flags, dryRun: true, check: false, upgrade: false } : flags;
    answers.push(await answerFor(name, own, { context, shared }));
  }
  const code = worst(answers.map(({ result, holds }) => (holds === false ? 1 : result.exitCode)));
  if (!context.json) {
    const text = answers.map((answer) => textOf(answer)).join("\n");
    return { stdout: text, stderr: noticesOf(answers), exitCode: code };
  }
  const advices = answers.map(({ runtime, result, holds }) => ({
    runtime,
    exitCode: result.exitCode,
    holds,
    advice: result.stdout === "" ? undefined : JSON.parse(result.stdout),
    error: result.stdout === "" ? result.stderr.trim() : undefined,
  }));
  const stdout = jsonDocument({ schema: "thoth.advices", version: "1.0", advices });
  return { stdout, stderr: "", exitCode: code };
}

async function declared(
  { directory }: AdviseFlags,
  { flags, environment, workingDirectory }: CommandContext,
): Promise<{ readonly names: readonly string[]; readonly overlays: boolean }> {
  const projectDirectory = resolve(workingDirectory, directory);
  const sources = { flags: { ...flags, runtime: undefined }, environment, projectDirectory };
  const { environments, overlaysDirectory } = await loadConfiguration(sources);
  if (environments.length > 0)
    return {
      names: environments.map(({ name }) => name),
      overlays: overlaysDirectory !== undefined,
    };
  throw new ThothError(
    "unknown-runtime",
    "`--runtime all` needs runtimes that .thoth.yaml declares",
    {
      hint: "list them under `runtime_environments`, or name one of `thoth runtimes`",
    },
  );
}

async function answerFor(
  runtime: string,
  flags: AdviseFlags,
  { context, shared }: { readonly context: CommandContext; readonly shared: boolean },
): Promise<Answer> {
  const own = { ...context, flags: { ...context.flags, runtime } };
  try {
    const { report, manifest } = await reportedAdvice(flags, own);
    const result = await told(report, manifest, own);
    const differences = report.pins.filter(({ change }) => change !== "kept");
    if (!shared || report.outcome !== "locked") return { runtime, result, differences: [] };
    return { runtime, result, differences, holds: differences.length === 0 };
  } catch (error) {
    if (!(error instanceof ThothError)) throw error;
    context.signal.throwIfAborted();
    const { renderError } = await import("../reports/diagnostic.ts");
    const { errorCodes } = await import("../util/errors.ts");
    const stderr = `${renderError(error, { color: context.color.stderr, sourceText: () => undefined })}\n`;
    const result = { stdout: "", stderr, exitCode: errorCodes[error.code].exit };
    return { runtime, result, differences: [] };
  }
}

function textOf({ runtime, result, holds, differences }: Answer): string {
  const title = safeText(`runtime ${runtime}`);
  if (holds === undefined) return `${title}\n${result.stdout}`;
  if (holds) return `${title}\nThe lock holds here, too\n`;
  const lines = differences.map(({ name, version, previous, change }) =>
    safeText(
      change === "added"
        ? `  it lacks ${name} ${version}`
        : change === "removed"
          ? `  nothing needs ${name}`
          : `  ${name} ${previous} would be ${version}`,
    ),
  );
  return `${title}\nThe lock does not hold here:\n${lines.join("\n")}\n`;
}

/** What every runtime's advice warns of, such as a setting that means nothing, is said once. */
function noticesOf(answers: readonly Answer[]): string {
  const all = answers.flatMap(({ result }) => result.stderr.split(/^(?=(?:warning|error)\b)/m));
  return [...new Set(all)].join("");
}

function worst(codes: readonly number[]): number {
  return codes.reduce(
    (most, code) => (severity.indexOf(code) > severity.indexOf(most) ? code : most),
    0,
  );
}
