import { type Command, Option } from "commander";
import { everyRuntime } from "../model/declared-environment.ts";
import { severityThresholds } from "../model/policy.ts";
import { ThothError } from "../util/errors.ts";
import { positiveNumber } from "../util/setting-readers.ts";
import { collect, texts } from "./collect.ts";
import type { CommandAdder, CommandOptions as Options } from "./command.ts";
import { withInputs } from "./input-options.ts";
import { withPrescriptions } from "./prescriptions-options.ts";

/** `thoth advise` with its options. */
export function addAdvise(program: Command, { perform, everywhere }: CommandAdder): void {
  withAim(withExtent(withInputs(withPrescriptions(everywhere(program.command("advise"))))))
    .description("lock a Pipfile, learning what is missing, and say why for every pick")
    .argument("[DIR]", "project directory", ".")
    .addOption(
      new Option(
        "--no-wait",
        "leave what is missing to `thoth investigate`, and say how long",
      ).conflicts([
        "check",
        "dryRun",
        "count",
        "offline",
        "indexUrl",
        "asOf",
        "cooldown",
        "blockUnit",
        "update",
      ]),
    )
    .action((directory: string, options: Options) =>
      perform(options, async (context) => {
        const every = options["runtime"] === everyRuntime;
        const advise = every
          ? (await import("./advise-runtimes.ts")).runAdviseRuntimes
          : (await import("./advise.ts")).runAdvise;
        return advise(
          {
            directory,
            check: options["check"] === true,
            dryRun: options["dryRun"] === true,
            upgrade: options["upgrade"] === true,
            upgradePackages: texts(options["upgradePackage"]),
            count: countOf(options["count"]),
            dev: options["dev"] !== false,
            wait: options["wait"] !== false,
            failOn: severityThresholds.find((one) => one === options["failOn"]),
          },
          context,
        );
      }),
    );
}

/** What becomes of the lock, and how much of it may change. */
function withExtent(command: Command): Command {
  return command
    .option("--check", "write nothing; exit with 1 if the lock would change")
    .option("--dry-run", "write nothing; say what would change")
    .option("--upgrade", "give up all pins of the old lock")
    .option("--upgrade-package <name>", "give up the pin of one package (repeatable)", collect)
    .option("--update <name==version>", "judge one update: no other release of it counts")
    .option("--count <n>", "tell the best stacks, so many (1)");
}

/** What is advised on, and what for. */
function withAim(command: Command): Command {
  return command
    .option("--no-dev", "advise on [packages] only; the lock's other categories stay")
    .option("--dev", "advise on all categories (the default)")
    .option("--offline", "ask no index: advise from what is known")
    .option("--python <X.Y>", "Python to advise for")
    .option("--verify <what>", "install and import pins first: all (the default) or none")
    .option(
      "--recommendation-type <type>",
      "stable (the default), security, latest, testing or performance",
    )
    .option("--labels <list>", "labels of the run, e.g. team=one,stage=test")
    .option("--index-url <url>", "the index to ask, in place of the Pipfile's")
    .option("--as-of <date>", "advice as of that day or moment, UTC, e.g. 2024-05-31")
    .option("--cooldown <duration>", "take no release younger than this, e.g. 7d; 0: any")
    .option(
      "--pseudonyms",
      "take what prescriptions offer in place of what is asked for, if better",
    )
    .option("--block-unit <name>", "switch off one unit of the adviser (repeatable)", collect)
    .addOption(
      new Option(
        "--fail-on <severity>",
        "exit with 1 where an advisory from this severity on stays",
      ).choices(severityThresholds),
    );
}

function countOf(text: unknown): number {
  if (typeof text !== "string") return 1;
  const count = positiveNumber(text, "");
  if (count !== undefined && count <= 100) return count;
  throw new ThothError("usage", `--count takes a number from 1 to 100, not \`${text}\``);
}
