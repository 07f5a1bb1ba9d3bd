import { loadConfiguration } from "../config.ts";
import { allRuntimes } from "../loop/runtime-choice.ts";
import { renderProblem } from "../reports/diagnostic.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderRuntimes } from "../reports/results.ts";
import { errorCodes } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";

/** `thoth runtimes`: what stacks can be advised for here; declared ones that can't are told. */
export async function runRuntimes(context: CommandContext): Promise<CommandResult> {
  const { flags, environment, workingDirectory: projectDirectory, color } = context;
  const configuration = await loadConfiguration({ flags, environment, projectDirectory });
  const { known, broken } = await allRuntimes({ configuration });
  const stdout = context.json
    ? jsonDocument({
        schema: "thoth.runtimes",
        version: "1.1",
        runtimes: known.map(({ id, operatingSystem, pythonFull, interpreter, root, markers }) => ({
          id,
          operatingSystem,
          python: pythonFull,
          interpreter: interpreter ?? null,
          root: root ?? null,
          markers,
        })),
        unusable: broken.map(({ id, problem: { code, message, hint = null } }) => ({
          id,
          code: errorCodes[code].id,
          message,
          hint,
        })),
      })
    : renderRuntimes(known, { columns: context.columns, color: color.stdout });
  const problems = broken.map(({ problem }) => renderProblem(problem, { color: color.stderr }));
  const [first] = broken;
  return {
    stdout,
    stderr: problems.map((text) => `${text}\n`).join("\n"),
    exitCode: first === undefined ? 0 : errorCodes[first.problem.code].exit,
  };
}
