import { type Command, Option } from "commander";
import type { CommandAdder, CommandOptions } from "./command.ts";
import { withInputs } from "./input-options.ts";

/** The command that writes a lock in another format. */
export function addExport(program: Command, { perform, everywhere }: CommandAdder): void {
  withInputs(everywhere(program.command("export")))
    .description("the lock as requirements with hashes, or as pylock.toml (PEP 751)")
    .argument("[DIR]", "project directory", ".")
    .addOption(
      new Option("--format <format>", "requirements (the default) or pylock").choices([
        "requirements",
        "pylock",
      ]),
    )
    .option("-o, --output <file>", "write it there, in place of stdout")
    .option("--dev", "requirements: all categories, not [packages] alone")
    .option("--wheelhouse <dir>", "pylock: the files lie there, in place of their addresses")
    .option("--python <X.Y>", "Python that the lock is for")
    .action((directory: string, options: CommandOptions) =>
      perform(options, async (context) => {
        const { runExport } = await import("./export.ts");
        const { output, wheelhouse } = options;
        return runExport(
          {
            directory,
            format: options["format"] === "pylock" ? "pylock" : "requirements",
            output: typeof output === "string" ? output : undefined,
            wheelhouse: typeof wheelhouse === "string" ? wheelhouse : undefined,
            dev: options["dev"] === true,
          },
          context,
        );
      }),
    );
}
