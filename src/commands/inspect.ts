import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type FinishedInspection, inspectProject } from "../loop/inspect.ts";
import { isSuccess } from "../model/inspection.ts";
import { renderInspection } from "../reports/inspection.ts";
import { listed } from "../reports/wording.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface InspectFlags {
  readonly directory: string;
  readonly script: string;
  readonly repeat: number;
  readonly dev: boolean;
}

const mostBytes = 1024 ** 2;

/** `thoth inspect --script FILE`: runs a script in the lock's stack. Exit 1 if a run failed. */
export async function runInspect(
  flags: InspectFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const from = context.workingDirectory;
  const directory = resolve(from, flags.directory);
  const script = readScript(flags.script, from);
  return withServices(context, directory, async (services) => {
    const { repeat, dev } = flags;
    const finished = await inspectProject({ directory, from, script, repeat, dev }, services);
    warn(finished, context);
    const stdout = context.json
      ? finished.text
      : renderInspection(finished.inspection, {
          columns: context.columns,
          color: context.color.stdout,
          quiet: context.verbosity === "quiet",
        });
    const stderr = context.json || context.verbosity === "quiet" ? "" : whereabouts(finished);
    return { stdout, stderr, exitCode: isSuccess(finished.inspection) ? 0 : 1 };
  });
}

function readScript(file: string, from: string): { readonly name: string; readonly bytes: Buffer } {
  const path = resolve(from, file);
  const refuse = (why: string, cause?: unknown): ThothError =>
    new ThothError("usage", `the script \`${file}\` ${why}`, {
      hint: "name a Python file: `thoth inspect --script FILE`",
      cause,
    });
  try {
    const status = statSync(path);
    if (!status.isFile()) throw refuse("is no file");
    if (status.size > mostBytes) throw refuse("is larger than 1 MiB");
    return { name: basename(path), bytes: readFileSync(path) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || error instanceof ThothError) throw error;
    throw code === "ENOENT" ? refuse("is not there") : refuse(`can't be read (${code})`, error);
  }
}

function warn({ inspection }: FinishedInspection, { emit }: CommandContext): void {
  const { current, left_out } = inspection.requirements_locked;
  if (!current) {
    const message = "the lock was made of another Pipfile than the one beside it";
    emit({ type: "warning", message, hint: "`thoth advise` brings it up to date" });
  }
  if (left_out.length > 0) {
    const message = `not installed, since no hash vouches for them: ${listed(left_out, 10)}`;
    emit({ type: "warning", message, hint: "only releases of an index are inspected" });
  }
}

function whereabouts({ path, taken }: FinishedInspection): string {
  const what = {
    taken: "its figures are known of each release now",
    left: "its figures wait for `thoth investigate`",
    nothing: "nothing was measured",
  };
  return `The inspection is in ${path}; ${what[taken]}\n`;
}
