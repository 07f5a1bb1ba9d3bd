import type { Command } from "commander";
import type { CommandAdder, CommandOptions } from "./command.ts";

/** `thoth run-task` with its options. */
export function addRunTask(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("run-task"))
    .description("run tasks of an investigator in this process, as its workflows do")
    .requiredOption("--tasks <json>", "the tasks, as the investigator writes them")
    .option("--report <file>", "where to leave how they ended, in a line")
    .option("--index-url <url>", "the index to ask, in place of pip's")
    .action((options: CommandOptions) =>
      perform(options, async (context) => {
        const { runTask } = await import("./run-task.ts");
        const report = options["report"];
        return runTask(
          {
            tasks: String(options["tasks"]),
            report: typeof report === "string" ? report : undefined,
          },
          context,
        );
      }),
    );
}
