import { type Command, Option } from "commander";
import type { CommandAdder } from "./command.ts";

const formats = ["text", "json", "markdown"] as const;

interface Given {
  readonly check?: boolean;
  readonly format?: (typeof formats)[number];
}

const exits = `
Exit code: 3 where facts are missing. Else 1 where no stack satisfies the Pipfile, and with --check
where advice would move a package. Else 0. What is wanted is what \`thoth advise --upgrade\` locks,
without installing anything first unless --verify all is given.
`;

/** `thoth outdated` with its options. */
export function addOutdated(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("outdated"))
    .description("locked packages that have newer releases, and what keeps those out")
    .argument("[DIR...]", "project directories; several are compared, too")
    .option("--check", "exit with 1 where advice would move a package")
    .addOption(new Option("--format <format>", "how to tell it").choices(formats))
    .option("--offline", "ask no index: tell what is known")
    .option("--python <X.Y>", "Python to advise for")
    .option("--verify <what>", "install and import what is wanted: all or none (the default)")
    .option(
      "--recommendation-type <type>",
      "stable (the default), security, latest, testing or performance",
    )
    .option("--index-url <url>", "the index to ask, in place of the Pipfile's")
    .option("--as-of <date>", "advice as of that day or moment, UTC, e.g. 2024-05-31")
    .option("--cooldown <duration>", "take no release younger than this, e.g. 7d; 0: any")
    .addHelpText("after", exits)
    .action((directories: string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runOutdated } = await import("./outdated.ts");
        const { check = false, format = context.json ? "json" : "text" } = given;
        return runOutdated({ directories, check, format }, context);
      }),
    );
}
