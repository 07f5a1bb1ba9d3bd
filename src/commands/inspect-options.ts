import { type Command, InvalidArgumentError } from "commander";
import type { CommandAdder } from "./command.ts";

interface Given {
  readonly script: string;
  readonly repeat: number;
  readonly dev?: boolean;
}

/** `thoth inspect` with its options. */
export function addInspect(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("inspect"))
    .description("run a Python script in what the lock pins, and measure it")
    .argument("[DIR]", "project directory", ".")
    .requiredOption("--script <file>", "the script; it runs in the sandbox, without network")
    .option("--repeat <number>", "run it so many times", repeat, 3)
    .option("--dev", "install the lock's development packages, too")
    .option("--python <X.Y>", "Python to run it on")
    .option("--index-url <url>", "the index to ask, in place of the Pipfile's")
    .action((directory: string, given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runInspect } = await import("./inspect.ts");
        const { script, repeat: times, dev } = given;
        return runInspect({ directory, script, repeat: times, dev: dev === true }, context);
      }),
    );
}

function repeat(value: string): number {
  if (!/^[1-9]\d?$|^100$/.test(value)) throw new InvalidArgumentError("it takes 1 to 100");
  return Number(value);
}
