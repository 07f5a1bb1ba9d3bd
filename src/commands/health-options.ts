import type { Command } from "commander";
import type { CommandAdder } from "./command.ts";

interface Given {
  readonly lock?: boolean;
  readonly refresh?: boolean;
  readonly explain?: boolean;
}

/** `thoth health` with its options. */
export function addHealth(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("health"))
    .description("how projects fare: releases, people, licence, Python support, advisories")
    .argument("[NAME...]", "packages, NAME or NAME==VERSION; with --lock, those of the lock alone")
    .option("--lock", "the packages of Pipfile.lock, at the versions that it pins")
    .option("--explain", "every indicator, its formula and where that comes from")
    .option("--refresh", "ask for what was learnt within the last day, too")
    .option("--offline", "ask nobody: tell what is known")
    .option("--index-url <url>", "the index to ask, in place of the Pipfile's or pip's")
    .action((names: string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runHealth } = await import("./health.ts");
        const { lock = false, refresh = false, explain = false } = given;
        return runHealth({ names, lock, refresh, explain }, context);
      }),
    );
}
