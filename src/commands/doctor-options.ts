import type { Command } from "commander";
import type { CommandAdder, CommandOptions } from "./command.ts";

/** `thoth doctor` with its options. */
export function addDoctor(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("doctor"))
    .description("what of this machine works for Thoth, what does not, and how to mend it")
    .option("--offline", "ask no index")
    .option("--index-url <url>", "the index to ask, in place of the project's or pip's")
    .action((options: CommandOptions) =>
      perform(options, async (context) => (await import("./doctor.ts")).runDoctor(context)),
    );
}
