import { resolve } from "node:path";
import { lockNamed, workingLock } from "../loop/compared-lock.ts";
import { diffLocks } from "../loop/lock-diff.ts";
import { projectLockPath } from "../loop/lock-file.ts";
import { lockDiffJson, lockDiffMarkdown, renderLockDiff } from "../reports/lock-diff.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { offline } from "./why.ts";
import { withServices } from "./with-services.ts";

export interface DiffFlags {
  readonly before: string;
  /** Undefined: the project's lock. */
  readonly after: string | undefined;
  readonly directory: string;
  /** A difference is a "no". */
  readonly check: boolean;
  readonly format: "text" | "json" | "markdown" | undefined;
}

/** `thoth diff`: reads locks, runs and git, and no index. */
export async function runDiff(flags: DiffFlags, context: CommandContext): Promise<CommandResult> {
  const { workingDirectory, verbosity, color, columns } = context;
  const directory = resolve(workingDirectory, flags.directory);
  const format = flags.format ?? (context.json ? "json" : "text");
  const diff = await withServices(offline(context), directory, async (services) => {
    const lock = projectLockPath(directory, services.configuration);
    const place = { directory, lock, workingDirectory };
    const after =
      flags.after === undefined
        ? workingLock(place)
        : await lockNamed(flags.after, place, services);
    return diffLocks(await lockNamed(flags.before, place, services), after);
  });
  const stdout = {
    text: () => renderLockDiff(diff, { verbosity, columns, color: color.stdout }),
    json: () => lockDiffJson(diff),
    markdown: () => lockDiffMarkdown(diff),
  }[format]();
  return { stdout, stderr: "", exitCode: flags.check && diff.changes.length > 0 ? 1 : 0 };
}
