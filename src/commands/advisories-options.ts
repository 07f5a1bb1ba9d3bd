import type { Command } from "commander";
import type { CommandAdder, CommandOptions } from "./command.ts";

/** `thoth advisories` with its commands. */
export function addAdvisories(program: Command, { perform, everywhere }: CommandAdder): void {
  const advisories = program
    .command("advisories")
    .description("what is known against releases: databases of the OSV format");
  everywhere(advisories.command("update"))
    .description("import a database in place of the one that the store holds")
    .option("--from <place>", "a zip as OSV exports it, a folder of records, or an address")
    .action((options: CommandOptions) =>
      perform(options, async (context) => {
        const { runAdvisoryUpdate } = await import("./advisories-update.ts");
        const from = options["from"];
        return runAdvisoryUpdate(typeof from === "string" ? from : undefined, context);
      }),
    );
  everywhere(advisories.command("match"))
    .description("what applies to releases; exit with 1 if anything does")
    .argument("<release...>", "NAME==VERSION, or - for one a line of standard input")
    .action((releases: string[], options: CommandOptions) =>
      perform(options, async (context) => {
        const { runAdvisoryMatch } = await import("./advisories.ts");
        return runAdvisoryMatch(releases, context);
      }),
    );
  everywhere(advisories.command("status"))
    .description("which database the store holds, how new it is, and what could not be read")
    .action((options: CommandOptions) =>
      perform(options, async (context) => {
        const { runAdvisoryStatus } = await import("./advisories.ts");
        return runAdvisoryStatus(context);
      }),
    );
}
