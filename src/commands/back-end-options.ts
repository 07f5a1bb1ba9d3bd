import { type Command, Option } from "commander";
import { knowledgeBackEnds } from "../settings/rules.ts";
import type { CommandOptions as Options, Perform } from "./command.ts";

/** `thoth knowledge copy` and `thoth knowledge migrate`. */
export function addBackEnds(
  knowledge: Command,
  {
    perform,
    everywhere,
  }: { readonly perform: Perform; readonly everywhere: (command: Command) => Command },
): void {
  const to = new Option("--to <back end>", "where it goes; it comes from the other")
    .choices(knowledgeBackEnds)
    .makeOptionMandatory();
  everywhere(knowledge.command("copy"))
    .description("merge what one back end of knowledge knows into the other")
    .addOption(to)
    .action((options: Options) =>
      perform(options, async (context) => {
        const { runCopy } = await import("./knowledge-copy.ts");
        return runCopy(options["to"] === "json" ? "json" : "postgresql", context);
      }),
    );
  everywhere(knowledge.command("migrate"))
    .description("make the tables in PostgreSQL, or bring them up to date")
    .action((options: Options) =>
      perform(options, async (context) => {
        const { runMigrate } = await import("./knowledge-copy.ts");
        return runMigrate(context);
      }),
    );
}
