import { loadConfiguration } from "../config.ts";
import { knownRuntimes } from "../loop/runtime-choice.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderRuntimes } from "../reports/results.ts";
import type { CommandContext, CommandResult } from "./command.ts";

/** `thoth runtimes`: what stacks can be advised for here. */
export async function runRuntimes(context: CommandContext): Promise<CommandResult> {
  const { flags, environment, workingDirectory: projectDirectory } = context;
  const configuration = await loadConfiguration({ flags, environment, projectDirectory });
  const runtimes = await knownRuntimes({ configuration });
  const stdout = context.json
    ? jsonDocument({
        schema: "thoth.runtimes",
        version: "1.0",
        runtimes: runtimes.map(({ id, operatingSystem, pythonFull, interpreter, markers }) => ({
          id,
          operatingSystem,
          python: pythonFull,
          interpreter: interpreter ?? null,
          markers,
        })),
      })
    : renderRuntimes(runtimes, { columns: context.columns, color: context.color.stdout });
  return { stdout, stderr: "", exitCode: 0 };
}
