import { type Command, InvalidArgumentError } from "commander";
import type { CommandAdder } from "./command.ts";

interface Given {
  readonly projects?: boolean;
  readonly max: number;
  readonly dryRun?: boolean;
}

/** `thoth refresh` with its options. */
export function addRefresh(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("refresh"))
    .description("ask the indexes what changed of packages, and queue what follows from it")
    .argument("[NAME...]", "packages; all that the store knows if none is named")
    .option("--projects", "those that watched projects are locked to")
    .option("--max <number>", "queue at most so many releases to solve, and to scan", whole, 100)
    .option("--dry-run", "ask and queue nothing; say what would be")
    .option("--freshness <duration>", "ask for what was confirmed longer ago, e.g. 10m")
    .option("--index-url <url>", "the index of packages that are not known yet, in place of pip's")
    .action((names: string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runRefresh } = await import("./refresh.ts");
        const { projects = false, dryRun = false, max } = given;
        return runRefresh({ names, projects, max, dryRun }, context);
      }),
    );
}

function whole(value: string): number {
  if (!/^[0-9]{1,9}$/.test(value)) throw new InvalidArgumentError("it takes a whole number");
  return Number(value);
}
