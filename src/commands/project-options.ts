import type { Command } from "commander";
import type { CommandAdder } from "./command.ts";

interface Given {
  readonly dev?: boolean;
  readonly category?: string;
  readonly advise?: boolean;
  readonly keep?: boolean;
  readonly check?: boolean;
  readonly project?: string;
}

/** Commands on what a project asks for and imports. */
export function addProject(program: Command, { perform, everywhere }: CommandAdder): void {
  changing(everywhere(program.command("add")))
    .description("add requirements to the Pipfile, keeping the rest of it, and lock")
    .argument("<SPEC...>", "e.g. flask, 'celery[redis]>=5'")
    .action((specs: string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runAdd } = await import("./change-project.ts");
        return runAdd(specs, flagsOf(given), context);
      }),
    );
  changing(everywhere(program.command("remove")))
    .description("take requirements out of the Pipfile, keeping the rest of it, and lock")
    .argument("<NAME...>", "names of packages")
    .action((names: string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runRemove } = await import("./change-project.ts");
        return runRemove(names, flagsOf(given), context);
      }),
    );
  everywhere(program.command("imports"))
    .description("what the sources import against what the project asks for: missing, unused")
    .argument("[DIR]", "project directory", ".")
    .option("--check", "exit with 1 if something is missing, unused or misplaced")
    .action((directory: string, given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runImports } = await import("./imports.ts");
        return runImports({ directory, check: given.check === true }, context);
      }),
    );
  everywhere(program.command("whatprovides"))
    .description("which packages have a module, from what was seen installed")
    .argument("<IMPORT>", "name of a module, e.g. yaml")
    .action((module: string, given: Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runWhatProvides } = await import("./imports.ts");
        return runWhatProvides(module, context);
      }),
    );
}

function changing(command: Command): Command {
  return command
    .option("--project <dir>", "project directory (.)")
    .option("--dev", "in [dev-packages]")
    .option("--category <name>", "in a category of its own")
    .option("--no-advise", "change the Pipfile alone")
    .option("--keep", "leave the change in the Pipfile though there is no stack with it");
}

function flagsOf({ project = ".", dev, category, advise, keep }: Given) {
  return {
    directory: project,
    category: category ?? (dev === true ? "dev-packages" : undefined),
    advise: advise !== false,
    keep: keep === true,
  };
}
