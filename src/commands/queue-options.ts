import { type Command, InvalidArgumentError } from "commander";
import type { QueuedState } from "../messaging/queue.ts";
import type { CommandAdder, CommandOptions } from "./command.ts";

interface ListOptions {
  readonly state?: readonly QueuedState[];
  readonly type?: readonly string[];
  readonly limit?: number;
}

const states: readonly QueuedState[] = ["ready", "delayed", "in-work", "paused", "dead"];

/** `thoth queue` and its subcommands. */
export function addQueue(program: Command, adder: CommandAdder): void {
  const queue = program.command("queue").description("look into the queue and keep it in order");
  addLooks(queue, adder);
  addChanges(queue, adder);
  addPauses(queue, adder);
}

function addLooks(queue: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(queue.command("list"))
    .description("messages in the order in which they would be delivered")
    .option("--state <state>", `only ${states.join(", ")} (repeatable)`, addState)
    .option("--type <type>", "only messages of this type (repeatable)", addText)
    .option("--limit <number>", "at most so many; 50, with --json all", wholeNumber)
    .action((options: CommandOptions & ListOptions) =>
      perform(options, async (context) => {
        const { listQueue } = await import("./queue.ts");
        const { state = [], type = [], limit } = options;
        return listQueue({ states: state, types: type, limit }, context);
      }),
    );
  everywhere(queue.command("stats"))
    .description("how many messages of each type wait for what")
    .action((options: CommandOptions) =>
      perform(options, async (context) => (await import("./queue.ts")).countQueue(context)),
    );
}

function addChanges(queue: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(queue.command("retry"))
    .description("deliver dead letters again")
    .argument("[ID...]", "as `thoth queue list --state dead` has them")
    .option("--all", "all dead letters")
    .action((ids: string[], options: CommandOptions & { all?: true }, command: Command) => {
      if ((ids.length === 0) === (options.all !== true)) {
        command.error("error: name the dead letters, or say --all", { exitCode: 2 });
      }
      return perform(options, async (context) => {
        const { retryMessages } = await import("./queue.ts");
        return retryMessages(options.all === true ? "all" : ids, context);
      });
    });
  everywhere(queue.command("drop"))
    .description("remove messages for good; those in work stay")
    .argument("<ID...>", "as `thoth queue list` has them")
    .action((ids: string[], options: CommandOptions) =>
      perform(options, async (context) => (await import("./queue.ts")).dropMessages(ids, context)),
    );
  everywhere(queue.command("send"))
    .description("put messages into the queue: all of a file, or none")
    .argument("<FILE>", "one JSON object a line, or a JSON array; - reads standard input")
    .option("--priority <number>", "lower goes first; advice has 0, the default is 10", wholeNumber)
    .action((file: string, options: CommandOptions & { priority?: number }) =>
      perform(options, async (context) => {
        const { sendMessages } = await import("./queue.ts");
        return sendMessages(file, options.priority, context);
      }),
    );
}

function addPauses(queue: Command, { perform, everywhere }: CommandAdder): void {
  for (const [name, description, isPaused] of [
    ["pause", "leave messages of a type in the queue, for all processes", true],
    ["resume", "deliver messages of a type again", false],
  ] as const) {
    everywhere(queue.command(name))
      .description(description)
      .argument("<TYPE>", "e.g. si_unanalyzed_package")
      .action((type: string, options: CommandOptions) =>
        perform(options, async (context) => {
          const { setPaused } = await import("./queue.ts");
          return setPaused(type, isPaused, context);
        }),
      );
  }
}

function addText(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function addState(value: string, before: readonly QueuedState[] = []): readonly QueuedState[] {
  const state = states.find((one) => one === value);
  if (state === undefined) {
    throw new InvalidArgumentError(`it is one of ${states.join(", ")}`);
  }
  return [...before, state];
}

function wholeNumber(value: string): number {
  if (!/^[0-9]{1,9}$/.test(value)) throw new InvalidArgumentError("it takes a whole number");
  return Number(value);
}
