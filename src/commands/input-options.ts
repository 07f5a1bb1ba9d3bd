import type { Command } from "commander";
import { collect } from "./collect.ts";

/** Gives a command the options that say which files of a project count. */
export function withInputs(command: Command): Command {
  return command
    .option("--input <file>", "what says what is needed, e.g. requirements.txt")
    .option(
      "--requirements-format <format>",
      "pipenv, pyproject, pip-tools or pip, where a project has several",
    )
    .option("-c, --constraint <file>", "limits for versions that are needed (repeatable)", collect);
}
