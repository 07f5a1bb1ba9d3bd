import { type Command, InvalidArgumentError } from "commander";
import type { CommandAdder, CommandOptions } from "./command.ts";

/** `thoth prescriptions` with its commands. */
export function addPrescriptions(program: Command, { perform, everywhere }: CommandAdder): void {
  const prescriptions = program
    .command("prescriptions")
    .description("what others prescribe for packages: folders of the original's YAML format");
  everywhere(prescriptions.command("validate"))
    .description("read every file; exit with 2 if anything is wrong")
    .argument("[dir...]", "folders; without one, those of the setting `prescriptions`")
    .action((folders: string[], options: CommandOptions) =>
      perform(options, async (context) => {
        const { runValidate } = await import("./prescriptions.ts");
        return runValidate(folders, context);
      }),
    );
  everywhere(prescriptions.command("list"))
    .description("what folders hold, or what is prescribed for one package")
    .argument("[dir...]", "folders; without one, those of the setting `prescriptions`")
    .option("--package <name>", "the units that look at this package")
    .action((folders: string[], options: CommandOptions) =>
      perform(options, async (context) => {
        const { runList } = await import("./prescriptions.ts");
        const name = options["package"];
        return runList(folders, typeof name === "string" ? name : undefined, context);
      }),
    );
}

/** Gives a command that advises the option to heed prescriptions. */
export function withPrescriptions(command: Command): Command {
  return command.option(
    "--prescriptions <dir>",
    "heed the prescriptions in a folder (repeatable)",
    collectFolders,
  );
}

function collectFolders(value: string, before: readonly string[] = []): readonly string[] {
  if (value.trim() === "") throw new InvalidArgumentError("a folder needs a name");
  return [...before, value];
}
